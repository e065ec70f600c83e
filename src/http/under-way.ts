import type { ServerResponse } from 'node:http'

/** Tracks open responses, for a shutdown that does not cut them off. */
export interface UnderWay {
  add(response: ServerResponse): void
  /** Excludes a stream, which would never end by itself. */
  leaveOut(response: ServerResponse): void
  /** Resolves when no response is open, or after this time. */
  over(milliseconds: number): Promise<void>
}

export function createUnderWay(): UnderWay {
  const responses = new Set<ServerResponse>()
  let whenOver: () => void = () => undefined
  const remove = (response: ServerResponse) => {
    responses.delete(response)
    if (responses.size === 0) whenOver()
  }
  return {
    add(response) {
      responses.add(response)
      response.once('close', () => remove(response))
    },
    leaveOut: remove,
    async over(milliseconds) {
      if (responses.size === 0) return
      let timer: NodeJS.Timeout | undefined
      await new Promise<void>((resolve) => {
        whenOver = resolve
        timer = setTimeout(resolve, milliseconds)
      })
      clearTimeout(timer)
    },
  }
}
