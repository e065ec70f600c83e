import {
  CLIENT_CAPABILITIES_META_KEY,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { isRecord } from '../../core/is-record.ts'
import type { CallingClient, InputKind } from './client-input.ts'

/** The client that sent this request. */
export function callingClient(server: Server, request: ServerContext['mcpReq']): CallingClient {
  const resumed = request.requestState()
  const answers: unknown = request.inputResponses
  return {
    resumed: typeof resumed === 'string' ? resumed : undefined,
    answered: answers !== undefined,
    takes: (kind) => takes(capabilitiesOf(server, request), kind),
    answer: (name) => (isRecord(answers) ? answers[name] : undefined),
  }
}

/** Since protocol 2026-07-28 each request declares capabilities; before, `initialize` did. */
export function capabilitiesOf(server: Server, { envelope }: ServerContext['mcpReq']): unknown {
  const declared: unknown = envelope && Reflect.get(envelope, CLIENT_CAPABILITIES_META_KEY)
  return declared ?? server.getClientCapabilities()
}

function takes(capabilities: unknown, kind: InputKind): boolean {
  const [name = '', part] = kind.split('.')
  const declared = isRecord(capabilities) ? capabilities[name] : undefined
  if (!isRecord(declared)) return false
  if (part !== undefined) return isRecord(declared[part])
  // Older protocol versions have no elicitation modes: an empty object means forms.
  return kind !== 'elicitation' || isRecord(declared.form) || Object.keys(declared).length === 0
}
