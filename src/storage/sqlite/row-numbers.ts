/** A map from row numbers to numbers, 0 by default; as fast as an array for ascending rows. */
export interface RowNumbers {
  get(row: number): number
  set(row: number, value: number): void
  /** The non-zero values. */
  values(): Float64Array
  /** Entries of at least `least`, which is above 0. */
  atLeast(least: number): readonly { readonly row: number; readonly value: number }[]
}

/** Rows per chunk. Chosen by hand. */
const STRETCH = 4_096

/** Stored in chunks, since rows that are read together are often close. */
export function createRowNumbers(make: (length: number) => Uint16Array | Float64Array): RowNumbers {
  const stretches = new Map<number, Uint16Array | Float64Array>()
  const nothing = make(0)
  let place = -1
  let stretch = nothing
  const turnTo = (row: number) => {
    const asked = Math.floor(row / STRETCH)
    if (asked === place) return
    place = asked
    stretch = stretches.get(asked) ?? nothing
  }
  return {
    get(row) {
      turnTo(row)
      return stretch[row % STRETCH] ?? 0
    },
    set(row, value) {
      turnTo(row)
      if (stretch === nothing) {
        stretch = make(STRETCH)
        stretches.set(place, stretch)
      }
      stretch[row % STRETCH] = value
    },
    values() {
      let count = 0
      const all = new Float64Array(stretches.size * STRETCH)
      for (const values of stretches.values()) {
        for (const value of values) if (value !== 0) all[count++] = value
      }
      return all.subarray(0, count)
    },
    atLeast(least) {
      const found: { row: number; value: number }[] = []
      for (const [number, values] of stretches) {
        for (let at = 0; at < STRETCH; at += 1) {
          const value = values[at] ?? 0
          if (value >= least) found.push({ row: number * STRETCH + at, value })
        }
      }
      return found
    },
  }
}
