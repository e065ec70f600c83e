import type { Arguments } from '../mcp/client.ts'
import type { Route } from './route.ts'

/** Arguments of the first page of agents. */
export const FIRST_AGENTS = { limit: 50 } as const

/** Calls that the first view of a place makes. Pure. */
export function firstReads(route: Route): readonly (readonly [tool: string, args: Arguments])[] {
  return [
    ...(route.kind === 'agent' ? [['get_agent', { agent: route.id }] as const] : []),
    ['list_agents', FIRST_AGENTS],
  ]
}
