/**
 * Calls `work` with a signal that aborts when `signal` does, or after `milliseconds`. `AbortSignal.any([signal,
 * AbortSignal.timeout(…)])` is not safe in Node 20: it can garbage-collect the timeout, and then nothing aborts.
 */
export async function withDeadline<T>(
  signal: AbortSignal | undefined,
  milliseconds: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const stop = () => controller.abort()
  const timer = setTimeout(stop, milliseconds)
  signal?.addEventListener('abort', stop, { once: true })
  if (signal?.aborted) stop()
  try {
    return await work(controller.signal)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
  }
}
