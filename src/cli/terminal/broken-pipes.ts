/*
 * Whoever reads what we print may stop: `doctor | head`, a client that closes the log, a terminal that is gone. That is
 * no reason to end what serves others, and no fault to report.
 */

const GONE = new Set(['EPIPE', 'ECONNRESET', 'EIO', 'EBADF', 'ERR_STREAM_DESTROYED'])

/** Whether an error says no more than that nobody reads any longer. */
export function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && GONE.has(String(error.code))
}

/** Goes on without stderr, whatever happens to it, and without a reader of stdout. */
export function surviveBrokenPipes(): void {
  process.stderr.on('error', () => undefined)
  process.stdout.on('error', (error) => {
    if (isBrokenPipe(error)) return
    // A full disk behind `>`: what was asked for is not there, which the exit code tells.
    process.exitCode = 1
  })
}
