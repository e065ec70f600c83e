import type { Walk } from '../../core/walk.ts'

/** A page of a list that is in memory as a whole, oldest first. */
export function pageOfIds<Item>(
  items: readonly Item[],
  idOf: (item: Item) => string,
  { order, after, before, limit }: Walk,
): readonly Item[] {
  const listed = order === 'asc' ? items : items.toReversed()
  const placeOf = (id: string) => listed.findIndex((item) => idOf(item) === id)
  if (after !== undefined) {
    const place = placeOf(after)
    return place < 0 ? [] : listed.slice(place + 1, place + 1 + limit)
  }
  if (before === undefined) return listed.slice(0, limit)
  const place = placeOf(before)
  return place < 0 ? [] : listed.slice(Math.max(0, place - limit), place)
}
