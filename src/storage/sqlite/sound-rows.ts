/* Which rows of a damaged table have the number that they claim. Pure but for `isFound`. */

export type DamagedRow = Readonly<Record<string, unknown>>

export const numberOf = (row: DamagedRow | undefined) => Number(row?.['~rowid'])

/**
 * The rows whose number is right, up to the last that is found by it: a reader that went on behind a wrong number would
 * leave out all between. `wrong` counts those that are out of order; `isCut`: rows behind the last one are to be read
 * again.
 */
export function soundRows(
  rows: readonly DamagedRow[],
  isFound: (number: number) => boolean,
): { readonly sound: readonly DamagedRow[]; readonly wrong: number; readonly isCut: boolean } {
  const ordered = inOrder(rows)
  const sound = ordered.slice(0, 1 + ordered.findLastIndex((row) => isFound(numberOf(row))))
  return {
    sound,
    wrong: rows.length - ordered.length,
    isCut: sound.length < ordered.length,
  }
}

/** The longest sequence of rows with increasing numbers. */
function inOrder(rows: readonly DamagedRow[]): readonly DamagedRow[] {
  const numbers = rows.map(numberOf)
  if (numbers.every((number, place) => place === 0 || number > (numbers[place - 1] ?? 0)))
    return rows
  /** By length less one: where a sequence of that length ends with the smallest number. */
  const ends: number[] = []
  const before: number[] = []
  numbers.forEach((number, place) => {
    const length = ends.findIndex((end) => (numbers[end] ?? 0) >= number)
    const at = length < 0 ? ends.length : length
    before[place] = ends[at - 1] ?? -1
    ends[at] = place
  })
  const kept: DamagedRow[] = []
  for (let place = ends.at(-1) ?? -1; place >= 0; place = before[place] ?? -1) {
    const row = rows[place]
    if (row) kept.push(row)
  }
  return kept.reverse()
}
