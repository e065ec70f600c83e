import { countShared, isSame } from './remembered.ts'

/** Something made of a list, one item after the other. */
export interface Growth<Item, Made> {
  /** Takes the next item in. What it changes, it changes through `changes`. */
  add(item: Item, changes: Changes): void
  /** The result of the items so far. */
  made(): Made
  /** False: it has become too large to be kept. */
  mayStay?(): boolean
}

/** Items whose changes can be taken back: a list often differs from the one before in its last few. Chosen by hand. */
const KEPT_CHANGES = 8

/**
 * Makes of a list what `begin` says, where most lists continue an earlier one: only the items that are new are taken in, after
 * those that are gone from the end are taken back. It is forgotten with the first item, so the caches of those items
 * bound it.
 */
export function growing<Item extends object, Beside extends readonly unknown[], Made>(
  begin: (...beside: Beside) => Growth<Item, Made>,
): (items: readonly Item[], ...beside: Beside) => Made {
  const known = new WeakMap<Item, Kept<Item, Beside, Made>>()
  return (items, ...beside) => {
    const [first] = items
    if (!first) return begin(...beside).made()
    const before = known.get(first)
    const shared = before && isSame(before.beside, beside) ? countShared(before.items, items) : 0
    if (before && shared === items.length && shared === before.items.length) return before.made
    // Nothing half done stays if an item cannot be taken in.
    known.delete(first)
    const continued = before && takenBack(before, shared)
    const growth = continued?.growth ?? begin(...beside)
    const changes = continued?.changes ?? []
    for (const item of continued ? items.slice(shared) : items) {
      const own = new Changes()
      growth.add(item, own)
      changes.push(own)
      if (changes.length > KEPT_CHANGES) changes.shift()
    }
    const made = growth.made()
    if (growth.mayStay?.() !== false) known.set(first, { items, beside, growth, changes, made })
    return made
  }
}

interface Kept<Item, Beside, Made> {
  readonly items: readonly Item[]
  readonly beside: Beside
  readonly growth: Growth<Item, Made>
  /** Those of the last items. */
  readonly changes: Changes[]
  readonly made: Made
}

/** Goes back to the first `shared` items; undefined: too many would have to be taken back. */
function takenBack<T extends { readonly items: readonly unknown[]; readonly changes: Changes[] }>(
  kept: T,
  shared: number,
): T | undefined {
  const gone = kept.items.length - shared
  if (shared === 0 || gone > kept.changes.length) return undefined
  for (let left = gone; left > 0; left -= 1) kept.changes.pop()?.takeBack()
  return kept
}

/** Changes that can be taken back. */
export class Changes {
  readonly #undo: (() => void)[] = []

  push<T>(list: T[], item: T): void {
    list.push(item)
    this.undoneBy(() => list.pop())
  }

  put<T>(list: T[], index: number, item: T): void {
    const before = list[index] as T
    list[index] = item
    this.undoneBy(() => {
      list[index] = before
    })
  }

  set<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
    const before = map.get(key)
    const wasThere = map.has(key)
    map.set(key, value)
    this.undoneBy(() => (wasThere ? map.set(key, before as Value) : map.delete(key)))
  }

  /** For changes of other kinds, which have been made. */
  undoneBy(undo: () => void): void {
    this.#undo.push(undo)
  }

  takeBack(): void {
    for (const undo of this.#undo.toReversed()) undo()
  }
}
