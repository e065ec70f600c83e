const MOST_NAMES = 5
/** A made-up name can be of any length; its beginning is enough to compare. */
const LONGEST_NAME = 64

/** Those of `names`, in their order, that are probably meant by `wanted`. */
export function nearestNames(wanted: string, names: readonly string[]): readonly string[] {
  const target = plain(wanted.slice(0, LONGEST_NAME))
  const nearest = names
    .map((name) => ({ name, distance: distance(target, plain(name)) }))
    .sort((one, other) => one.distance - other.distance)
    .slice(0, MOST_NAMES)
    .map(({ name }) => name)
  return names.filter((name) => nearest.includes(name))
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}

/** Levenshtein: how many letters to insert, drop or change. */
function distance(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= other.length; column += 1) {
      const changed = one[row - 1] === other[column - 1] ? 0 : 1
      current.push(
        Math.min(
          (previous[column - 1] ?? 0) + changed,
          (previous[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
        ),
      )
    }
    previous = current
  }
  return previous[other.length] ?? 0
}
