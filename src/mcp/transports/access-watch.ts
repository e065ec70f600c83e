import type { ServerResponse } from 'node:http'
import type { Access } from '../../core/access.ts'
import type { Authenticate } from '../../core/authenticate.ts'
import { describeError, type Log } from '../../core/log.ts'
import { isSameAccess } from './same-access.ts'

/** Ends what is under way for clients whose token is not taken any more: revoked, expired, or needed by now. */
export interface AccessWatch {
  /** The answer is cut off as soon as the token does not give this access any more. */
  watch(response: ServerResponse, token: string | undefined, access: Access): void
  close(): void
}

const INTERVAL_MILLISECONDS = 750

export function createAccessWatch(
  authenticate: Authenticate,
  log: Log,
  intervalMilliseconds = INTERVAL_MILLISECONDS,
): AccessWatch {
  const open = new Map<string | undefined, Map<ServerResponse, Access>>()
  let looking = false

  async function look(): Promise<void> {
    for (const [token, responses] of open) {
      try {
        const now = await authenticate(token)
        for (const [response, access] of responses) {
          if ('reason' in now || !isSameAccess(now, access)) response.destroy()
        }
      } catch (error) {
        // Looked at again in a moment; every new request is looked at by itself.
        log('warn', 'the token of an open stream could not be checked', {
          error: describeError(error),
        })
      }
    }
  }

  const timer = setInterval(() => {
    if (looking) return
    looking = true
    void look().finally(() => {
      looking = false
    })
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
