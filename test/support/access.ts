import { createGate } from '../../src/auth/gate.ts'
import type { TokenCheck } from '../../src/core/access.ts'
import type { Authenticate } from '../../src/core/authenticate.ts'
import { anybodyAccess } from '../../src/core/full-access.ts'
import { NAMESPACE } from '../../src/core/namespace.ts'

const NOTHING_STORED = { any: async () => false, check: async () => undefined }

/** The gate of a server on loopback without any token. */
export const openToAll: Authenticate = openWith(null)

/** The gate of a server that has this token in its settings. */
export function openWith(token: string | null): Authenticate {
  const gate = createGate({ token, namespace: NAMESPACE, isLoopback: true, stored: NOTHING_STORED })
  return gate.authenticate
}

/** The gate of a server that takes tokens of these kinds only. */
export function openBy(...more: readonly TokenCheck[]): Authenticate {
  const gate = { token: null, namespace: NAMESPACE, isLoopback: true, stored: NOTHING_STORED }
  return createGate({ ...gate, more }).authenticate
}

export const anybody = anybodyAccess(NAMESPACE)
