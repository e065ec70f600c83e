const LONGEST = 64

/** The name that was probably meant, if one of them is close. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  // A made-up name can be of any length; its beginning is enough to compare.
  const wanted = normalize(name.slice(0, LONGEST))
  const ranked = names
    .map((candidate) => ({ candidate, distance: distance(wanted, normalize(candidate)) }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  const allowed = Math.max(2, Math.floor(wanted.length / 3))
  if (best !== undefined && best.distance <= allowed) return best.candidate
  return names.find((candidate) => isPart(normalize(candidate), wanted))
}

/** `label` in `block_label`; two or three letters are found in too much. */
function isPart(candidate: string, wanted: string): boolean {
  const [short, long] = candidate.length < wanted.length ? [candidate, wanted] : [wanted, candidate]
  return short.length > 3 && long.includes(short)
}

function normalize(name: string): string {
  return name.toLowerCase().replaceAll(/[-_ ]/g, '')
}

/** Levenshtein: how many letters to insert, drop or change. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const change = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      const drop = (previous[column] ?? 0) + 1
      const insert = (current[column - 1] ?? 0) + 1
      current.push(Math.min(change, drop, insert))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}
