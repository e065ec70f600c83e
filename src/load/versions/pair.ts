import type { PassageId } from '../../core/ids.ts'

/** A passage of the new version of a file, in its place. */
export interface Placed {
  readonly id: PassageId
  /** It came with this version. */
  readonly isNew: boolean
}

export interface Gone {
  readonly id: PassageId
  /** The passage that stands in its place; null: none does. */
  readonly by: PassageId | null
}

/**
 * The passages of the old version that the new one has not, each with the new one in its place: that after the same
 * passage that both have. Both versions are in order. Pure.
 */
export function findGone(old: readonly PassageId[], version: readonly Placed[]): readonly Gone[] {
  const places = new Map(version.map(({ id }, index) => [id, index]))
  const gone: Gone[] = []
  let next = 0
  for (const id of old) {
    const place = places.get(id)
    if (place !== undefined) {
      next = place + 1
      continue
    }
    const candidate = version[next]
    gone.push({ id, by: candidate?.isNew ? candidate.id : null })
    // The last new one stands for all that are left over.
    if (candidate?.isNew && version[next + 1]?.isNew) next += 1
  }
  return gone
}

/** Those that must be moved to the end, so that all stand in this order. Positions rise within a source. Pure. */
export function findMisplaced(
  version: readonly PassageId[],
  positions: ReadonlyMap<PassageId, number>,
): readonly PassageId[] {
  const at = (id: PassageId) => positions.get(id) ?? 0
  const first = version.findIndex((id, index) => {
    const before = version[index - 1]
    return before !== undefined && at(id) <= at(before)
  })
  return first < 0 ? [] : version.slice(first)
}
