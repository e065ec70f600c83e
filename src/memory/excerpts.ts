import type { Excerpt, FoundWord } from '../core/found.ts'
import { countCharacters } from '../core/text.ts'
import type { AskedWord } from '../search/confidence.ts'
import { tellingPart } from '../search/telling-part.ts'
import type { Hit } from '../storage/port/store.ts'

/*
 * Results with their neighbours joined to one text: more text for the same number of tokens than a list of entries.
 */

interface ExcerptHit<T> extends Hit<T> {
  readonly excerpt: Excerpt
}

/** How the entries of one kind of memory are joined. */
export interface Joining<T> {
  text(entry: T): string
  /** The text of an entry that stands between others. */
  line(entry: T): string
  /** Only entries that the search itself could have found are joined. */
  passes(entry: T): boolean
  /** The entry between its neighbours, in order. */
  around(entry: T): Promise<readonly T[]>
}

/** Neighbours on each side that may be joined. Chosen by hand. */
export const JOINED_NEIGHBOURS = 6

/**
 * Each result with as many whole neighbours as fit, nearest first, in at most `characters`. A result whose text an
 * earlier excerpt shows is left out, and no text appears twice.
 */
export async function toExcerpts<T extends { readonly id: string }>(
  results: readonly Hit<T>[],
  characters: number,
  joining: Joining<T>,
): Promise<readonly ExcerptHit<T>[]> {
  const found = new Set(results.map(({ item }) => item.id))
  const shown = new Set<string>()
  const excerpts: ExcerptHit<T>[] = []
  for (const result of results) {
    const { item, why } = result
    if (shown.has(item.id)) continue
    const own = joining.text(item)
    const isCut = countCharacters(own) > characters
    const entries = isCut
      ? [item]
      : join(item, await joining.around(item), characters, joining, shown)
    for (const { id } of entries) shown.add(id)
    const text = isCut
      ? tellingPart(own, (why?.words ?? []).map(toAsked), characters)
      : entries.length === 1
        ? own
        : entries.map(joining.line).join('\n')
    const others = entries.filter(({ id }) => id !== item.id && found.has(id))
    excerpts.push({ ...result, excerpt: { text, isCut, joined: others.map(({ id }) => id) } })
  }
  return excerpts
}

/** The entry with the neighbours that fit, in order. */
function join<T extends { readonly id: string }>(
  item: T,
  around: readonly T[],
  characters: number,
  { line, passes }: Joining<T>,
  shown: ReadonlySet<string>,
): readonly T[] {
  const place = around.findIndex(({ id }) => id === item.id)
  let room = characters - countCharacters(line(item))
  const sides = [
    { step: -1, next: place - 1 },
    { step: 1, next: place + 1 },
  ]
  const joined = new Set([place])
  // By turns, until neither side has a neighbour that fits.
  while (sides.some(({ next }) => around[next] !== undefined)) {
    for (const side of sides) {
      const neighbour = around[side.next]
      if (neighbour === undefined) continue
      const length = countCharacters(line(neighbour)) + 1
      if (length > room || shown.has(neighbour.id) || !passes(neighbour)) {
        side.next = Number.NaN
        continue
      }
      room -= length
      joined.add(side.next)
      side.next += side.step
    }
  }
  return place < 0 ? [item] : around.filter((_, index) => joined.has(index))
}

function toAsked({ word, rarity }: FoundWord): AskedWord {
  return { stems: word.split(' / '), rarity }
}
