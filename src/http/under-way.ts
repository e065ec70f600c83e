import type { ServerResponse } from 'node:http'

/** Requests that are being answered, for whoever wants to stop without cutting one off. */
export interface UnderWay {
  add(response: ServerResponse): void
  /** It is a stream: nobody waits for its end. */
  leaveOut(response: ServerResponse): void
  /** Resolves when none is left, or after this long. */
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
