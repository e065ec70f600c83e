import type { ServerResponse } from 'node:http'
import type { Access } from '../core/access.ts'
import type { Authenticate } from '../core/authenticate.ts'
import { describeError, type Log } from '../core/log.ts'
import { isSameAccess } from './same-access.ts'

/** Ends what is under way for clients whose token is not taken any more: revoked, expired, or needed by now. */
export interface AccessWatch {
  /** The answer is cut off as soon as the token does not give this access any more. */
  watch(response: ServerResponse, token: string | undefined, access: Access): void
  close(): void
}

const INTERVAL_MILLISECONDS = 750
/** What is wrong for longer is told again after this; whoever checks a token can tell more of it. */
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
      // Looked at again in a moment; every new request is looked at by itself.
      tell(error)
    } finally {
      looking.delete(token)
    }
  }

  const timer = setInterval(() => {
    // Each by itself: where one is asked about takes its time, that of another is found out.
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
