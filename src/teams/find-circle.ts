/** One run can't go on before another one. */
interface Edge<Id> {
  readonly from: Id
  readonly to: Id
}

/**
 * If `waiter` waited for `target`, would it wait for itself? `ahead` are the edges that can be reached from `target`.
 * Returns the shortest way from `target` to `waiter`, both included; undefined: there is none, so waiting is safe.
 */
export function findCircle<Id>(
  waiter: Id,
  target: Id,
  ahead: readonly Edge<Id>[],
): readonly Id[] | undefined {
  const next = new Map<Id, Id[]>()
  for (const { from, to } of ahead) next.set(from, [...(next.get(from) ?? []), to])
  const seen = new Set([target])
  let ways: readonly (readonly [Id, ...Id[]])[] = [[target]]
  while (ways.length > 0) {
    const arrived = ways.find(([end]) => end === waiter)
    if (arrived) return [...arrived].reverse()
    ways = ways.flatMap((way) =>
      (next.get(way[0]) ?? []).flatMap((id) => {
        if (seen.has(id)) return []
        seen.add(id)
        return [[id, ...way] as const]
      }),
    )
  }
  return undefined
}
