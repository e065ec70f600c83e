/** A stopped process exits after this time, even if something hangs. Chosen by hand. */
const LAST_MOMENT_MILLISECONDS = 4_500

/** Resolves at SIGINT or SIGTERM. */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}

/** Closes everything and exits with 0. */
export async function closeAndExit(...closers: readonly (() => Promise<void>)[]): Promise<never> {
  setTimeout(() => process.exit(0), LAST_MOMENT_MILLISECONDS).unref()
  for (const close of closers) {
    await close().catch((error: unknown) =>
      process.stderr.write(`recollect: while closing: ${String(error)}\n`),
    )
  }
  process.exit(0)
}
