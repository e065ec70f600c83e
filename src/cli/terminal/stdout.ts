/** Whatever a library may print goes to stderr: one stray line on stdout ends a client's connection. */
export function keepStdoutPure(): void {
  for (const name of ['log', 'info', 'debug', 'warn', 'error', 'dir', 'table', 'trace'] as const) {
    console[name] = (...values: unknown[]) => {
      process.stderr.write(`${values.map(String).join(' ')}\n`)
    }
  }
}

/** A reader that has seen enough (`| head -1`) and a full disk end a command; neither is worth a stack trace. */
export function endWithStdout(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? process.exitCode : 1)
  })
}
