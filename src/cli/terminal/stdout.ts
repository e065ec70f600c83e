/** Redirects the console to stderr: one stray line of a library on stdout breaks a client's connection. */
export function keepStdoutPure(): void {
  for (const name of ['log', 'info', 'debug', 'warn', 'error', 'dir', 'table', 'trace'] as const) {
    console[name] = (...values: unknown[]) => {
      process.stderr.write(`${values.map(String).join(' ')}\n`)
    }
  }
}

/** Ends the command if the reader has stopped (`| head -1`) or the disk is full, without a stack trace. */
export function endWithStdout(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? process.exitCode : 1)
  })
}
