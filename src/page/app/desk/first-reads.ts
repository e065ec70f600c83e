import type { Arguments } from '../mcp/client.ts'
import type { Route } from './route.ts'

/** Arguments of the first page of agents. */
export const FIRST_AGENTS = { limit: 50 } as const

type Call = readonly [tool: string, args: Arguments]

/** Calls that the first view of a place makes: what it can't be drawn without, and the rest. Pure. */
export function firstReads(route: Route): {
  readonly needed: readonly Call[]
  readonly more: readonly Call[]
} {
  const agents: Call = ['list_agents', FIRST_AGENTS]
  return route.kind === 'agent'
    ? { needed: [['get_agent', { agent: route.id }]], more: [agents] }
    : { needed: [agents], more: [] }
}
