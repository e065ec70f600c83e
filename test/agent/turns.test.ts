import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { callTool, callTools, say } from '../support/scripted-provider.ts'
import { callOn, speak, startWorld, toolResults, type World } from './support.ts'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

const APPEND = { label: 'human', content: 'Likes tea.' }

describe('a memgpt_agent', () => {
  it('speaks with send_message, which ends its turn', async () => {
    world.provider.enqueue(speak('Hello!'))
    const turn = await world.talk(await world.createAgent(), 'Hi')
    expect(turn).toMatchObject({
      reply: 'Hello!',
      run: { status: 'completed', stopReason: 'end_turn', warnings: [], usage: { steps: 1 } },
    })
    expect(turn.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool'])
  })

  it('must call a tool at every step, and is offered its own', async () => {
    world.provider.enqueue(speak('Hello!'))
    await world.talk(await world.createAgent(), 'Hi')
    const { tool_choice, tools } = world.request()
    expect(tool_choice).toBe('required')
    expect(tools.map((tool: { function: { name: string } }) => tool.function.name)).toEqual([
      'send_message',
      'core_memory_append',
      'core_memory_replace',
      'archival_memory_insert',
      'archival_memory_search',
      'conversation_search',
    ])
  })

  it('can think in every call, and ask for a heartbeat in all but send_message', async () => {
    world.provider.enqueue(speak('Hello!'))
    await world.talk(await world.createAgent(), 'Hi')
    for (const { function: tool } of world.request().tools) {
      const names = Object.keys(tool.parameters.properties)
      expect(names[0]).toBe('thinking')
      expect(names.includes('request_heartbeat')).toBe(tool.name !== 'send_message')
    }
  })

  it('gets another step when it asks for a heartbeat', async () => {
    world.provider.enqueue(callOn('core_memory_append', APPEND), speak('Noted.'))
    const { run, reply } = await world.talk(await world.createAgent(), 'I like tea')
    expect({ steps: run.usage.steps, reply }).toEqual({ steps: 2, reply: 'Noted.' })
    expect(toolResults(world.request())).toEqual([expect.stringMatching(/^Done\./)])
  })

  it('accepts a heartbeat written as text', async () => {
    world.provider.enqueue(
      callTool('core_memory_append', { ...APPEND, request_heartbeat: 'true' }),
      speak('Noted.'),
    )
    expect((await world.talk(await world.createAgent(), 'I like tea')).reply).toBe('Noted.')
  })

  it('ends its turn silently without a heartbeat, and a warning says so', async () => {
    world.provider.enqueue(callTool('core_memory_append', APPEND))
    const { run, reply } = await world.talk(await world.createAgent(), 'I like tea')
    expect(reply).toBe('')
    expect(run).toMatchObject({ status: 'completed', stopReason: 'end_turn', usage: { steps: 1 } })
    expect(run.warnings).toEqual([expect.stringContaining('without saying anything')])
  })

  it('ends its turn with send_message even if that asks for a heartbeat, which it does not offer', async () => {
    world.provider.enqueue(callOn('send_message', { message: 'Hello!' }), speak('Hello again!'))
    const { run, reply } = await world.talk(await world.createAgent(), 'Hi')
    expect({ steps: run.usage.steps, reply }).toEqual({ steps: 1, reply: 'Hello!' })
  })

  it('gets another step after a call that failed, heartbeat or not', async () => {
    world.provider.enqueue(
      callTool('core_memory_replace', { label: 'human', old_content: 'x?', new_content: 'y' }),
      speak('Sorry.'),
    )
    const { run, reply } = await world.talk(await world.createAgent(), 'Hi')
    expect({ steps: run.usage.steps, reply }).toEqual({ steps: 2, reply: 'Sorry.' })
    expect(toolResults(world.request())).toEqual([expect.stringMatching(/^Error: .*not occur/)])
  })

  it('gets another step after a call that was refused', async () => {
    world.provider.enqueue(callTool('make_coffee', {}), speak('I can not.'))
    const { run } = await world.talk(await world.createAgent(), 'Coffee!')
    expect(run.usage.steps).toBe(2)
    expect(toolResults(world.request())[0]).toMatch(/^Error: There is no tool "make_coffee"\./)
  })

  it('delivers a plain-text answer, and keeps it as an assistant message', async () => {
    world.provider.enqueue(say('Just words.'), speak('Second.'))
    const agent = await world.createAgent()
    const first = await world.talk(agent, 'Hi')
    expect(first).toMatchObject({
      reply: 'Just words.',
      run: { status: 'completed', stopReason: 'end_turn', error: null, warnings: [] },
    })
    expect(first.messages[1]).toMatchObject({ role: 'assistant', text: 'Just words.' })
    await world.talk(agent, 'And?')
    expect(world.request().messages[2]).toEqual({ role: 'assistant', content: 'Just words.' })
  })

  it('says several things in one step, in order, and all of them are its reply', async () => {
    world.provider.enqueue(
      callTools([
        { name: 'send_message', arguments: { message: 'One.' } },
        { name: 'core_memory_append', arguments: APPEND },
        { name: 'send_message', arguments: { message: 'Two.' } },
      ]),
    )
    const agent = await world.createAgent()
    expect((await world.talk(agent, 'Hi')).reply).toBe('One.\nTwo.')
    expect(await world.block(agent, 'human')).toContain('Likes tea.')
  })

  it('hides its thoughts and the text beside its calls from the user', async () => {
    world.provider.enqueue(
      callTool(
        'send_message',
        { thinking: 'Secret.', message: 'Hello!' },
        { text: 'Aside.', reasoning: 'Deep.' },
      ),
    )
    const { reply, messages } = await world.talk(await world.createAgent(), 'Hi')
    expect(reply).toBe('Hello!')
    expect(messages[1]).toMatchObject({ text: 'Aside.', reasoning: 'Deep.\nSecret.' })
  })
})

describe('a letta_v1_agent', () => {
  const create = () => world.createAgent({ agentType: 'letta_v1_agent' })

  it('goes on after a tool call and ends with plain text', async () => {
    world.provider.enqueue(
      callTool('memory_insert', { label: 'human', new_string: 'Likes tea.' }),
      callTool('archival_memory_search', { query: 'tea' }),
      say('Noted.'),
    )
    const agent = await create()
    const { run, reply } = await world.talk(agent, 'I like tea')
    expect(reply).toBe('Noted.')
    expect(run).toMatchObject({ stopReason: 'end_turn', usage: { steps: 3 } })
    expect(await world.block(agent, 'human')).toContain('Likes tea.')
  })

  it('may answer without a tool, and is offered its own without heartbeats', async () => {
    world.provider.enqueue(say('Hello!'))
    await world.talk(await create(), 'Hi')
    const { tool_choice, tools } = world.request()
    expect(tool_choice).toBe('auto')
    expect(tools.map((tool: { function: { name: string } }) => tool.function.name)).toEqual([
      'memory_insert',
      'memory_replace',
      'memory_rethink',
      'archival_memory_insert',
      'archival_memory_search',
      'conversation_search',
    ])
    expect(JSON.stringify(tools)).not.toMatch(/request_heartbeat|thinking/)
  })

  it('gets another step after a call that failed', async () => {
    world.provider.enqueue(
      callTool('memory_replace', { label: 'nothing', old_string: 'a', new_string: 'b' }),
      say('I have no such block.'),
    )
    const { run } = await world.talk(await create(), 'Hi')
    expect(run.usage.steps).toBe(2)
    expect(toolResults(world.request())[0]).toBe(
      'Error: The agent has no memory block "nothing". It has: persona, human.',
    )
  })

  it('runs all calls of one answer, in order, each with its result', async () => {
    const insert = (new_string: string) => ({
      name: 'memory_insert',
      arguments: { label: 'human', new_string },
    })
    world.provider.enqueue(callTools([insert('One.'), insert('Two.')]), say('Done.'))
    const agent = await create()
    await world.talk(agent, 'Hi')
    expect(await world.block(agent, 'human')).toMatch(/One\.\nTwo\.$/)
    expect(toolResults(world.request())).toHaveLength(2)
  })
})

describe('tools[]', () => {
  it("selects tools other than the type's defaults", async () => {
    world.provider.enqueue(
      callOn('memory_rethink', { label: 'human', new_memory: 'All new.' }),
      speak('Done.'),
    )
    const agent = await world.createAgent({ tools: ['send_message', 'memory_rethink'] })
    await world.talk(agent, 'Hi')
    expect(await world.block(agent, 'human')).toBe('All new.')
    expect(world.request().tools).toHaveLength(2)
  })

  it('when empty leaves an agent that talks in plain text', async () => {
    world.provider.enqueue(say('Only words.'))
    const { reply } = await world.talk(await world.createAgent({ tools: [] }), 'Hi')
    expect(reply).toBe('Only words.')
    expect(world.request()).not.toHaveProperty('tools')
  })

  it('refuses a name that no tool has', async () => {
    await expect(world.createAgent({ tools: ['make_coffee'] })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringMatching(/"make_coffee".*The tools are: send_message, /),
    })
  })
})
