import type { NewAgent } from '../../src/core/agent-view.ts'
import { callTools, say } from '../support/scripted-provider.ts'
import { toolResults, type World } from './support.ts'

const ALL = [
  'core_memory_append',
  'core_memory_replace',
  'memory_insert',
  'memory_replace',
  'memory_rethink',
  'archival_memory_insert',
  'archival_memory_search',
  'conversation_search',
]

/** An agent of whom the model does as it is told, whichever tool that takes. */
export async function createWithAllTools(world: World, fields: NewAgent = {}): Promise<string> {
  return world.createAgent({ agentType: 'letta_v1_agent', tools: ALL, ...fields })
}

export type Call = readonly [tool: string, args: Readonly<Record<string, unknown>>]

/** Makes the agent call these tools in one step, and returns what they answered. */
export async function callInner(
  world: World,
  agent: string,
  ...calls: readonly Call[]
): Promise<readonly string[]> {
  world.provider.enqueue(
    callTools(calls.map(([name, args]) => ({ name, arguments: args }))),
    say('Done.'),
  )
  await world.talk(agent, 'Please.')
  return toolResults(world.request()).slice(-calls.length)
}
