/*
 * The reader of our output may stop: `doctor | head`, a client that closes the log, a terminal that is gone. A server
 * must survive that, and it is not reported as an error.
 */

const GONE = new Set(['EPIPE', 'ECONNRESET', 'EIO', 'EBADF', 'ERR_STREAM_DESTROYED'])

/** Whether an error only means that nobody reads the output any more. */
export function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && GONE.has(String(error.code))
}

/** Ignores all errors of stderr, and of stdout those without a reader. */
export function surviveBrokenPipes(): void {
  process.stderr.on('error', () => undefined)
  process.stdout.on('error', (error) => {
    if (isBrokenPipe(error)) return
    // For example a full disk: the output is incomplete, so the exit code must not be 0.
    process.exitCode = 1
  })
}
