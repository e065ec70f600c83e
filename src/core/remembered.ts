/**
 * `make`, done once for an object as long as the values beside it are the same. What was made is forgotten with the
 * object, so the caches of those objects bound it.
 */
export function remembered<Key extends object, Beside extends readonly unknown[], Made>(
  make: (key: Key, ...beside: Beside) => Made,
): (key: Key, ...beside: Beside) => Made {
  const known = new WeakMap<Key, { readonly beside: Beside; readonly made: Made }>()
  return (key, ...beside) => {
    const last = known.get(key)
    if (last && isSame(last.beside, beside)) return last.made
    const made = make(key, ...beside)
    known.set(key, { beside, made })
    return made
  }
}

/** Texts that `rememberedText` keeps: those of a few agents at work. Chosen by hand. */
const MAX_TEXTS = 64

/** `make`, done once for a text until many others were asked for. */
export function rememberedText<Made>(make: (text: string) => Made): (text: string) => Made {
  const known = new Map<string, Made>()
  return (text) => {
    const last = known.get(text)
    if (last !== undefined) return last
    const made = make(text)
    const oldest = known.size >= MAX_TEXTS ? known.keys().next() : undefined
    if (oldest?.value !== undefined) known.delete(oldest.value)
    known.set(text, made)
    return made
  }
}

export function isSame(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((value, index) => value === other[index])
}

/**
 * `make` for each item of a list that grows at its end: what was made for the items that it shares with the list before,
 * from the first one on, is taken over as long as the values beside are the same.
 */
export function rememberedList<Item extends object, Beside extends readonly unknown[], Made>(
  make: (item: Item, ...beside: Beside) => Made,
): (items: readonly Item[], ...beside: Beside) => readonly Made[] {
  const known = new WeakMap<Item, Grown<Item, Beside, Made>>()
  return (items, ...beside) => {
    const [first] = items
    if (!first) return []
    const last = known.get(first)
    const shared = last && isSame(last.beside, beside) ? countShared(last.items, items) : 0
    if (last && shared === items.length && shared === last.items.length) return last.made
    const made = last?.made.slice(0, shared) ?? []
    for (const item of items.slice(shared)) made.push(make(item, ...beside))
    known.set(first, { items, beside, made })
    return made
  }
}

interface Grown<Item, Beside, Made> {
  readonly items: readonly Item[]
  readonly beside: Beside
  readonly made: Made[]
}

export function countShared(one: readonly unknown[], other: readonly unknown[]): number {
  const end = Math.min(one.length, other.length)
  let shared = 0
  while (shared < end && one[shared] === other[shared]) shared += 1
  return shared
}
