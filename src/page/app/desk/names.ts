import type { ShortAgent } from '../mcp/shapes.ts'
import { useDesk } from './desk.ts'
import { useLoaded } from './use-loaded.ts'

/** Names of these agents; one that was deleted keeps its id. */
export function useNames(ids: readonly string[]): ReadonlyMap<string, string> {
  const desk = useDesk()
  const wanted = [...new Set(ids)].sort()
  const { value } = useLoaded(`names ${wanted.join(' ')}`, [], async () => {
    const found = await Promise.all(
      wanted.map((agent) =>
        desk.call<{ agent: ShortAgent }>('get_agent', { agent }).catch(() => undefined),
      ),
    )
    return new Map(found.flatMap((each) => (each ? [[each.agent.id, each.agent.name]] : [])))
  })
  return value ?? new Map()
}
