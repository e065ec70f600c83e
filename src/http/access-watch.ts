import type { ServerResponse } from 'node:http'
import type { Access } from '../core/access.ts'
import type { Authenticate } from '../core/authenticate.ts'
import { describeError, type Log } from '../core/log.ts'
import { isSameAccess } from './same-access.ts'

/** Closes open responses of clients whose token is no longer valid: revoked, expired, or required in the meantime. */
export interface AccessWatch {
  /** Closes the response as soon as the token no longer grants this access. */
  watch(response: ServerResponse, token: string | undefined, access: Access): void
  close(): void
}

/** Chosen by hand. */
const INTERVAL_MILLISECONDS = 750
/** A lasting failure is logged again after this time; chosen by hand. The log of the token check has the details. */
const WARN_MILLISECONDS = 60_000

export function createAccessWatch(
  authenticate: Authenticate,
  log: Log,
  intervalMilliseconds = INTERVAL_MILLISECONDS,
): AccessWatch {
  const open = new Map<string | undefined, Map<ServerResponse, Access>>()
  const looking = new Set<string | undefined>()
  let warnedAt = Number.NEGATIVE_INFINITY

  const tell = (error: unknown) => {
    const isNew = performance.now() - warnedAt >= WARN_MILLISECONDS
    if (isNew) warnedAt = performance.now()
    const message = 'the token of an open stream could not be checked'
    log(isNew ? 'warn' : 'debug', message, { error: describeError(error) })
  }

  async function look(token: string | undefined): Promise<void> {
    looking.add(token)
    try {
      const now = await authenticate(token)
      for (const [response, access] of open.get(token) ?? []) {
        if ('reason' in now || !isSameAccess(now, access)) response.destroy()
      }
    } catch (error) {
      // The next tick tries again; every new request is checked by itself.
      tell(error)
    } finally {
      looking.delete(token)
    }
  }

  const timer = setInterval(() => {
    // Tokens are checked independently, so a slow check does not delay the others.
    for (const token of open.keys()) if (!looking.has(token)) void look(token)
  }, intervalMilliseconds).unref()

  return {
    watch(response, token, access) {
      if (response.closed) return
      const responses = open.get(token) ?? new Map<ServerResponse, Access>()
      open.set(token, responses.set(response, access))
      response.once('close', () => {
        responses.delete(response)
        if (responses.size === 0 && open.get(token) === responses) open.delete(token)
      })
    },
    close: () => clearInterval(timer),
  }
}
