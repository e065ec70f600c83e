export interface CallLimits {
  /** For the whole call, its body included. */
  readonly totalMilliseconds: number
  /** Between two pieces of data, from the first piece on: before it, a model may be thinking. */
  readonly idleMilliseconds: number
}

export type CallEnding = 'caller' | 'total' | 'idle'

export interface CallWatch {
  readonly signal: AbortSignal
  /** Called only for data of the answer: a server may send keep-alive comments without end. */
  dataArrived(): void
  /** Why the call ended early; null: it did not. An aborted body may end without an error, so check this. */
  endedBy(): CallEnding | null
  stop(): void
}

/** The HTTP client's own timeout covers only the headers; this one covers the body too. */
export function watchCall(caller: AbortSignal, limits: CallLimits): CallWatch {
  const controller = new AbortController()
  const ending: { by: CallEnding | null } = { by: null }
  const end = (by: CallEnding): void => {
    ending.by ??= by
    controller.abort()
  }
  const endForCaller = (): void => end('caller')
  if (caller.aborted) endForCaller()
  caller.addEventListener('abort', endForCaller, { once: true })
  const total = setTimeout(end, limits.totalMilliseconds, 'total')
  let idle: NodeJS.Timeout | undefined
  return {
    signal: controller.signal,
    dataArrived() {
      idle = idle?.refresh() ?? setTimeout(end, limits.idleMilliseconds, 'idle')
    },
    endedBy: () => ending.by,
    stop() {
      clearTimeout(total)
      clearTimeout(idle)
      caller.removeEventListener('abort', endForCaller)
    },
  }
}
