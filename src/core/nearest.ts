import { editDistance } from './edit-distance.ts'

/** Names from outside can have any length; the first 64 characters are enough. Chosen by hand. */
const MAX_COMPARED = 64

/** The most similar name ("did you mean …"); undefined: none is close. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const wanted = normalize(name)
  const [best] = rank(wanted, names)
  const allowed = Math.max(2, Math.floor(wanted.length / 3))
  if (best !== undefined && best.distance <= allowed) return best.name
  return names.find((candidate) => isPart(normalize(candidate), wanted))
}

/** The `count` names most similar to `wanted`, in the order of `names`. */
export function nearestNames(
  wanted: string,
  names: readonly string[],
  count: number,
): readonly string[] {
  const nearest = rank(normalize(wanted), names).slice(0, count)
  return names.filter((name) => nearest.some((one) => one.name === name))
}

function rank(wanted: string, names: readonly string[]) {
  return names
    .map((name) => ({ name, distance: editDistance(wanted, normalize(name), MAX_COMPARED) }))
    .sort((a, b) => a.distance - b.distance)
}

/** `label` in `block_label`. Parts of two or three letters match too much. */
function isPart(candidate: string, wanted: string): boolean {
  const [short, long] = candidate.length < wanted.length ? [candidate, wanted] : [wanted, candidate]
  return short.length > 3 && long.includes(short)
}

function normalize(name: string): string {
  return name.slice(0, MAX_COMPARED).toLowerCase().replaceAll(/[-_ ]/g, '')
}
