/** Index entries counted per slice, in some milliseconds. Chosen by hand. */
export const SLICE = 10_000

/** Sums up slices, each starting after the last key of the one before, and yields to the event loop between them. */
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
