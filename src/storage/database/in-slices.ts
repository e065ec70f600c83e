/** Entries of an index that are counted before others get their turn: some milliseconds. */
export const SLICE = 10_000

/** Adds up slices, each beginning after the last key of the one before, and lets go of the thread between them. */
export async function inSlices<Key>(
  next: (after: Key | undefined) => Promise<{ readonly count: number; readonly last: Key | null }>,
): Promise<number> {
  let total = 0
  let after: Key | undefined
  for (;;) {
    const { count, last } = await next(after)
    total += Number(count)
    if (Number(count) < SLICE || last === null) return total
    after = last
    await new Promise((resolve) => setImmediate(resolve))
  }
}
