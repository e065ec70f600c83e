/** Whatever a library may print goes to stderr: one stray line on stdout ends a client's connection. */
export function keepStdoutPure(): void {
  for (const name of ['log', 'info', 'debug', 'warn', 'error', 'dir', 'table', 'trace'] as const) {
    console[name] = (...values: unknown[]) => {
      process.stderr.write(`${values.map(String).join(' ')}\n`)
    }
  }
}
