import type { DiffRow } from './diff.tsx'

/** Above this many pairs of lines the middle is shown as replaced whole. Chosen by hand. */
const MAX_PAIRS = 1_000_000

/** Line differences of two texts, by their longest common subsequence. Pure. */
export function diffLines(before: string, after: string): readonly DiffRow[] {
  const one = before.split('\n')
  const other = after.split('\n')
  const head = countSame(one, other)
  const tail = countSame(one.slice(head).toReversed(), other.slice(head).toReversed())
  const same = (text: string): DiffRow => ({ kind: 'same', text })
  return [
    ...one.slice(0, head).map(same),
    ...middle(one.slice(head, one.length - tail), other.slice(head, other.length - tail)),
    ...one.slice(one.length - tail).map(same),
  ]
}

function countSame(one: readonly string[], other: readonly string[]): number {
  const most = Math.min(one.length, other.length)
  let number = 0
  while (number < most && one[number] === other[number]) number += 1
  return number
}

function middle(one: readonly string[], other: readonly string[]): readonly DiffRow[] {
  const removed = one.map((text): DiffRow => ({ kind: 'removed', text }))
  const added = other.map((text): DiffRow => ({ kind: 'added', text }))
  if (one.length * other.length > MAX_PAIRS) return [...removed, ...added]
  const lengths = commonLengths(one, other)
  const rows: DiffRow[] = []
  let i = 0
  let j = 0
  while (i < one.length || j < other.length) {
    if (i < one.length && j < other.length && one[i] === other[j]) {
      rows.push({ kind: 'same', text: one[i] ?? '' })
      i += 1
      j += 1
    } else if (
      j < other.length &&
      (i === one.length || (lengths[i]?.[j + 1] ?? 0) > (lengths[i + 1]?.[j] ?? 0))
    ) {
      rows.push({ kind: 'added', text: other[j] ?? '' })
      j += 1
    } else {
      rows.push({ kind: 'removed', text: one[i] ?? '' })
      i += 1
    }
  }
  return rows
}

/** For each pair of places, the length of the longest common subsequence of what follows. */
function commonLengths(one: readonly string[], other: readonly string[]): readonly Uint32Array[] {
  const lengths = Array.from({ length: one.length + 1 }, () => new Uint32Array(other.length + 1))
  for (let i = one.length - 1; i >= 0; i -= 1) {
    const row = lengths[i]
    const below = lengths[i + 1]
    if (!row || !below) continue
    for (let j = other.length - 1; j >= 0; j -= 1) {
      row[j] =
        one[i] === other[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0)
    }
  }
  return lengths
}
