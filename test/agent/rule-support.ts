import { type FlatToolRule, parseToolRule } from '../../src/core/tool-rule.ts'
import type { World } from './support.ts'

export const SEARCH = 'archival_memory_search'
export const INSERT = 'archival_memory_insert'
export const RECALL = 'conversation_search'
export const APPEND = 'core_memory_append'
export const TALK = 'send_message'

export type BoundArguments = readonly [
  rules: readonly FlatToolRule[],
  agentType?: 'memgpt_agent' | 'letta_v1_agent',
]

/** An agent with these tool rules and an empty block `human`. */
export async function createBound(
  world: World,
  ...[rules, agentType = 'memgpt_agent']: BoundArguments
): Promise<string> {
  const agent = await world.createAgent({ agentType, human: '' })
  await world.context.agents.update(agent, { toolRules: rules.map(parseToolRule) })
  return agent
}

export const rule = (
  type: string,
  tool_name: string,
  more: Partial<FlatToolRule> = {},
): FlatToolRule => ({
  type,
  tool_name,
  ...more,
})
