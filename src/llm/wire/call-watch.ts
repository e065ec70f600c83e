export interface CallLimits {
  /** For the whole call, its body included. */
  readonly totalMilliseconds: number
  /** Between two pieces of data, once the first has come: before it, a model may well be thinking. */
  readonly idleMilliseconds: number
}

export type CallEnding = 'caller' | 'total' | 'idle'

export interface CallWatch {
  readonly signal: AbortSignal
  /** Only what brings the answer nearer counts: a server may send keep-alive comments for ever. */
  dataArrived(): void
  /** Who ended the call before its time; null: nobody. An aborted body may end without an error, so ask. */
  endedBy(): CallEnding | null
  stop(): void
}

/** The HTTP client's own timeout ends with the headers; this one watches the body too. */
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
