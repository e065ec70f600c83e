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
    if (last && areSame(last.beside, beside)) return last.made
    const made = make(key, ...beside)
    known.set(key, { beside, made })
    return made
  }
}

function areSame(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((value, index) => value === other[index])
}
