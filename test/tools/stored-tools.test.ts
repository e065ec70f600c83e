import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import { type RealServer, startRealServer } from '../mcp/real-server.ts'
import { echo, LANGUAGES, ROLL_DICE } from './sources.ts'

let server: RealServer
beforeAll(async () => {
  server = await startRealServer(['core', 'tools'])
}, 120_000)
afterAll(() => server.close())

async function create(name: string, fields: object = {}) {
  return (await server.answer('create_tool', { source: echo(name), ...fields })).tool
}

describe('a tool', () => {
  it.each(LANGUAGES)('of %s is created from its source alone', async (language) => {
    const { tool } = await server.answer('create_tool', {
      source: ROLL_DICE[language],
      name: `roll_${language}`,
    })
    expect(tool).toMatchObject({
      id: expect.stringMatching(/^tool-/),
      name: `roll_${language}`,
      description: expect.stringContaining('Roll a die.'),
      language,
      effect: 'database',
      requires_approval: false,
      version: 1,
      author: 'owner',
      capabilities: [],
      network: [],
      secrets: [],
      timeout_seconds: 30,
      source: ROLL_DICE[language],
    })
    const parameters = JSON.parse(tool.parameters)
    expect(parameters.properties.num_sides.description).toContain('How many sides it has')
    expect(parameters.required ?? []).toEqual([])
    const shown = await server.answer('get_tool', { tool: tool.name })
    expect(shown.tool).toEqual(tool)
    await server.expectSame(`recollect://tools/${tool.id}`, 'get_tool', { tool: tool.id })
  })

  it('can be looked at before it is stored, or told what is wrong', async () => {
    const { tool } = await server.answer('check_tool', { source: ROLL_DICE.python })
    expect(tool).toMatchObject({ name: 'roll_dice', language: 'python', effect: 'database' })
    expect(JSON.parse(tool.parameters).properties).toHaveProperty('num_sides')
    const source = 'def broken(x):\n    return ('
    const { code, message } = await server.refusal('check_tool', { source })
    expect(code).toBe('invalid_argument')
    expect(message).toMatch(/line 2/i)
    const { tools } = await server.answer('list_tools', { query: 'roll_dice' })
    expect(tools).toEqual([])
  })

  it('keeps its name to itself', async () => {
    await create('taken')
    const { code, message } = await server.refusal('create_tool', { source: echo('taken') })
    expect(code).toBe('conflict')
    expect(message).toContain('update_tool')
    const { message: builtIn } = await server.refusal('create_tool', {
      source: echo('send_message'),
    })
    expect(builtIn).toContain('built-in')
  })

  it('is refused with the line of what is wrong', async () => {
    const { code, message } = await server.refusal('create_tool', {
      source: 'def broken(x):\n    return (',
      language: 'python',
    })
    expect(code).toBe('invalid_argument')
    expect(message).toContain('Line 2')
  })

  it('takes what is given by hand before what stands in the source, also later', async () => {
    const parameters = { type: 'object', properties: { text: { type: 'string' } } }
    const tool = await create('by_hand', {
      description: 'Mine.',
      parameters: JSON.stringify(parameters),
    })
    expect(tool.description).toBe('Mine.')
    const { tool: changed } = await server.answer('update_tool', {
      tool: tool.id,
      source: echo('by_hand', 'Another text.'),
    })
    expect(changed.description).toBe('Mine.')
    expect(JSON.parse(changed.parameters).properties).toEqual(parameters.properties)
  })

  it('has versions that are never rewritten, and can be restored', async () => {
    const tool = await create('versioned')
    const second = await server.answer('update_tool', {
      tool: 'versioned',
      source: echo('versioned', 'Better.'),
      expected_version: 1,
      reason: 'clearer',
    })
    expect(second.tool).toMatchObject({ version: 2, description: 'Better.' })
    const stale = await server.refusal('update_tool', {
      tool: 'versioned',
      tags: ['late'],
      expected_version: 1,
    })
    expect(stale).toMatchObject({ code: 'conflict', message: expect.stringContaining('version 2') })
    const { tool: unchanged } = await server.answer('update_tool', {
      tool: 'versioned',
      description: undefined,
      timeout_seconds: 30,
    })
    expect(unchanged.version).toBe(2)

    const { tool: restored } = await server.answer('restore_tool', {
      tool: tool.id,
      version: 1,
    })
    expect(restored).toMatchObject({ version: 3, source: tool.source })
    const { diff } = await server.answer('diff_tool', {
      tool: tool.id,
      from_version: 1,
      to_version: 2,
    })
    expect(diff).toContain('+description: Better.')
    expect(diff).toMatch(/^-.*\n\+.*Better/m)
    const { versions } = await server.answer('tool_history', { tool: tool.id })
    expect(versions).toMatchObject([
      { version: 3, by: 'owner', reason: 'Restored from version 1' },
      { version: 2, by: 'owner', reason: 'clearer' },
      { version: 1, by: 'owner' },
    ])
    const gone = await server.refusal('restore_tool', { tool: tool.id, version: 9 })
    expect(gone.code).toBe('not_found')
  })

  it('is listed newest first, found by words and tags, and followed by the built-in tools', async () => {
    await create('weather_now', { tags: ['weather', 'free'] })
    await create('weather_soon', { tags: ['weather'] })
    const found = await server.answer('list_tools', { query: 'WEATHER' })
    expect(found.tools.map(({ name }: { name: string }) => name)).toEqual([
      'weather_soon',
      'weather_now',
    ])
    const tagged = await server.answer('list_tools', { tags: ['weather', 'free'] })
    expect(tagged.tools).toHaveLength(1)

    const names: string[] = []
    let cursor: string | undefined
    do {
      const page = await server.answer('list_tools', { limit: 3, ...(cursor && { cursor }) })
      expect(page.tools.length).toBeLessThanOrEqual(3)
      names.push(...page.tools.map(({ name }: { name: string }) => name))
      cursor = page.next_cursor
    } while (cursor !== undefined)
    expect(new Set(names).size).toBe(names.length)
    expect(names.indexOf('weather_now')).toBeLessThan(names.indexOf('send_message'))
    expect(names).toContain('conversation_search')
    const builtIn = await server.answer('get_tool', { tool: 'archival_memory_search' })
    expect(builtIn.tool).toMatchObject({ language: 'builtin', effect: 'readonly', version: 0 })
  })

  it('is given to an agent and taken from it, and shows among its tools in their order', async () => {
    const tool = await create('given')
    const { agent } = await server.answer('create_agent', { name: 'Holder' })
    const { agent: holder } = await server.answer('attach_tool', {
      agent: agent.id,
      tool: tool.id,
    })
    expect(holder.tools).toEqual([...agent.tools, 'given'])
    const listed = await server.answer('list_tools', { agent: 'Holder' })
    expect(listed.tools.map(({ name }: { name: string }) => name)).toEqual(holder.tools)

    const renamed = await server.refusal('update_tool', { tool: 'given', name: 'other' })
    expect(renamed.message).toContain('detach_tool')

    const { agent: without } = await server.answer('detach_tool', {
      agent: 'Holder',
      tool: 'given',
    })
    expect(without.tools).toEqual(agent.tools)
    const again = await server.refusal('detach_tool', { agent: 'Holder', tool: 'given' })
    expect(again.code).toBe('not_found')
  })

  it('can be chosen with the tools of a new agent, by name or id', async () => {
    const tool = await create('chosen')
    const { agent } = await server.answer('create_agent', { tools: ['send_message', tool.id] })
    expect(agent.tools).toEqual(['send_message', 'chosen'])
    const { agent: less } = await server.answer('update_agent', {
      agent: agent.id,
      tools: ['send_message'],
    })
    expect(less.tools).toEqual(['send_message'])
    const unknown = await server.refusal('update_agent', {
      agent: agent.id,
      tools: [newId('tool')],
    })
    expect(unknown.message).toContain("can't have the tool")
  })

  it('is deleted for good when that is confirmed, and leaves its agents', async () => {
    const tool = await create('doomed')
    const { agent } = await server.answer('create_agent', { tools: ['send_message', 'doomed'] })
    const unsure = await server.refusal('delete_tool', { tool: 'doomed' })
    expect(unsure.message).toContain('confirm: true')
    expect(await server.answer('delete_tool', { tool: 'doomed', confirm: true })).toEqual({
      deleted: true,
      tool_id: tool.id,
    })
    const { agent: left } = await server.answer('get_agent', { agent: agent.id })
    expect(left.tools).toEqual(['send_message'])
    expect((await server.refusal('get_tool', { tool: tool.id })).code).toBe('not_found')
    // Its name is free, and who had the old one does not get the new one.
    await create('doomed')
    const { agent: still } = await server.answer('get_agent', { agent: agent.id })
    expect(still.tools).toEqual(['send_message'])
  })
})

describe('a tool that is tried', () => {
  it('shows result, output and what it would change, and changes nothing', async () => {
    await server.answer('create_agent', { name: 'Tried', human: 'Likes tea.' })
    const source = `/** Notes. */
export function note(agentState: AgentState, text: string): string {
  console.log('noting', text)
  agentState.memory.updateBlockValue('human', text)
  return 'noted ' + text
}`
    const trial = { source, agent: 'Tried', arguments: JSON.stringify({ text: 'Likes coffee.' }) }
    const dry = await server.answer('run_tool', trial)
    expect(dry).toMatchObject({ status: 'success', result: 'noted Likes coffee.' })
    expect(dry.stdout).toContain('noting Likes coffee.')
    expect(dry.changes).toMatchObject([
      { label: 'human', diff: expect.stringContaining('+Likes coffee.') },
    ])
    const before = await server.answer('read_memory', { agent: 'Tried', label: 'human' })
    expect(before.blocks[0].value).toBe('Likes tea.')

    await server.answer('run_tool', { ...trial, commit: true })
    const after = await server.answer('read_memory', { agent: 'Tried', label: 'human' })
    expect(after.blocks[0].value).toBe('Likes coffee.')
  })

  it('reports the line that failed', async () => {
    const failed = await server.answer('run_tool', {
      source:
        '/** Fails. */\nexport function fail(): string {\n  throw new Error("no such city")\n}',
    })
    expect(failed.status).toBe('error')
    expect(failed.result).toContain('no such city')
    expect(failed.result).toMatch(/line 3/)
  })

  it('is stopped at its time limit', async () => {
    const slow = await server.answer('run_tool', {
      source: '/** Loops. */\nexport function loop(): void {\n  while (true);\n}',
      timeout_seconds: 1,
    })
    expect(slow.status).toBe('timeout')
  })

  it('is told what is wrong with its arguments', async () => {
    const { message } = await server.refusal('run_tool', {
      source: echo('again'),
      arguments: '{"words": "hello"}',
    })
    expect(message).toContain('Its parameters are: text')
  })
})
