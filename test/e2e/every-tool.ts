import { expect } from 'vitest'
import { fill } from '../access/fill.ts'
import type { Connection } from '../support/connect.ts'
import { TOOL_TABLE, toolWorld } from '../support/tool-table.ts'

/** Calls every tool so that it works, then so that it does not. Resolves with the names of those that worked. */
export async function callEveryTool(client: Connection, model: string): Promise<readonly string[]> {
  const filled = await fill(client, `every${Date.now()}`, 'offline/rehearsal')
  const { agent, second } = filled
  for (const each of [agent, second]) {
    expect((await client.call('update_agent', { agent: each, model })).isError).toBe(false)
  }
  const world = toolWorld(filled)
  for (const [tool, calls] of Object.entries(TOOL_TABLE)) {
    for (const args of calls(world)) {
      const { isError, text } = await client.call(tool, args)
      expect(isError, `${tool}: ${text}`).toBe(false)
    }
  }
  for (const { name } of await client.tools()) {
    const refused = await client.call(name, { agent: 'nobody', no_such_argument: 1 })
    expect(refused.isError, name).toBe(true)
  }
  return Object.keys(TOOL_TABLE).sort()
}

/** Reads all resources and prompts there are, and completes their arguments. */
export async function readEverything(client: Connection): Promise<void> {
  for (const { uri } of await client.resources()) await client.read(uri)
  await client.templates()
  const [agent] = (await client.call('list_agents')).data.agents
  for (const { name } of await client.prompts()) {
    await client.prompt(name, {
      agent: agent.id,
      ...(name === 'talk_to_agent' && { message: 'Hello' }),
    })
    await client.complete({ prompt: name }, { name: 'agent', value: '' })
  }
}
