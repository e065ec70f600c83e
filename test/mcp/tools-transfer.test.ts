import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TOOLSETS } from '../../src/core/toolset.ts'
import { speak } from '../agent/support.ts'
import { callTool } from '../support/scripted-provider.ts'
import { type RealServer, startRealServer } from './real-server.ts'
import { WRONG } from './wrong-agent-files.ts'

/* An agent as a text that goes out of one server and into another. */

let server: RealServer
let other: RealServer
beforeAll(async () => {
  server = await startRealServer(TOOLSETS)
  other = await startRealServer(TOOLSETS)
})
afterAll(async () => {
  await server.close()
  await other.close()
})

/** All pages of the agent, joined. */
async function exported(from: RealServer, agent: string): Promise<string> {
  const { export_id, ...first } = await from.answer('export_agent', { agent })
  let text: string = first.text
  let next: number | undefined = first.next_offset
  while (next !== undefined) {
    const page = await from.answer('export_agent', { agent, export_id, offset: next })
    text += page.text
    next = page.next_offset
  }
  expect([...text].length).toBe(first.chars)
  return text
}

/** An agent that talked, remembered and was set up. */
async function live(name: string): Promise<string> {
  const { agent } = await server.answer('create_agent', { name, tags: ['work'], description: 'd' })
  await server.answer('insert_archival', { agent: agent.id, text: 'A red kite.', source: 'sky' })
  await server.answer('insert_archival', { agent: agent.id, text: 'A blue kite.', source: 'sky' })
  server.provider.enqueue(
    callTool('core_memory_append', {
      label: 'human',
      content: 'Likes kites.',
      request_heartbeat: true,
    }),
    speak('Noted.'),
  )
  await server.answer('send_message', { agent: agent.id, message: `I like kites 🪁 "${name}".` })
  await server.answer('append_to_memory_block', {
    agent: agent.id,
    label: 'human',
    text: 'Tall.',
    reason: 'seen',
  })
  await server.answer('configure_agent', { agent: agent.id, timezone: 'Europe/Berlin' })
  await server.answer('update_agent', {
    agent: agent.id,
    tool_rules: [{ type: 'requires_approval', tool_name: 'archival_memory_insert' }],
  })
  return agent.id
}

/** With one part of the file changed. */
// biome-ignore lint/suspicious/noExplicitAny: each test knows what it changes
function changed(text: string, change: (file: any) => void): string {
  const file = JSON.parse(text)
  change(file)
  return JSON.stringify(file)
}

describe('an agent that is moved to another server', () => {
  it('keeps its memory, and continues from there', async () => {
    const id = await live('Ada')
    const { agent, warnings } = await other.answer('import_agent', {
      text: await exported(server, id),
    })
    expect(warnings).toBeUndefined()
    expect(agent).toMatchObject({ name: 'Ada', tags: ['work'], description: 'd' })
    expect(agent.id).not.toBe(id)
    expect(agent.tool_rules).toEqual([
      { type: 'requires_approval', tool_name: 'archival_memory_insert' },
    ])
    const { settings } = await other.answer('configure_agent', { agent: 'Ada' })
    expect(settings.timezone).toBe('Europe/Berlin')

    const { versions } = await other.answer('memory_history', { agent: 'Ada', label: 'human' })
    expect(versions).toMatchObject([
      { version: 3, by: 'client', reason: 'seen' },
      { version: 2, by: agent.id },
      { version: 1, by: 'client' },
    ])
    expect(versions[1]).not.toHaveProperty('run_id')
    const before = await server.answer('search_conversation', { agent: id })
    const after = await other.answer('search_conversation', { agent: 'Ada' })
    const said = ({ messages }: { messages: { text: string; created_at: string }[] }) =>
      messages.map(({ text, created_at }) => [text, created_at])
    expect(said(after)).toEqual(said(before))
    const found = await other.answer('search_archival', { agent: 'Ada', query: 'blue kite' })
    expect(found.passages[0]).toMatchObject({ text: 'A blue kite.', source: 'sky' })

    other.provider.enqueue(speak('Still here.'))
    const run = await other.answer('send_message', { agent: 'Ada', message: 'Are you there?' })
    expect(run.reply).toBe('Still here.')
  })

  it('on the same server is another agent, under another name, that shares nothing', async () => {
    const id = await live('Bea')
    const first = (await server.answer('import_agent', { text: await exported(server, id) })).agent
    const second = await server.answer('import_agent', { text: await exported(server, 'Bea') })
    expect(first.name).toBe('Bea (imported)')
    expect(second.agent.name).toBe('Bea (imported 2)')
    expect(second.warnings).toEqual([expect.stringMatching(/"Bea" already/)])
    const block = { agent: first.id, label: 'human', value: 'Nobody.' }
    await server.answer('write_memory_block', block)
    await server.answer('insert_archival', { agent: first.id, text: 'Only here.' })
    const { blocks } = await server.answer('read_memory', { agent: 'Bea', label: 'human' })
    expect(blocks[0]).toMatchObject({ value: expect.stringContaining('Tall.'), shared_with: [] })
    const found = await server.answer('search_archival', { agent: 'Bea', query: 'only' })
    expect(found.passages).toEqual([])
  })
})

describe('an export', () => {
  it('is a snapshot, even if the agent changes between its pages', async () => {
    const id = await live('Cleo')
    const filling = 'é"\n'.repeat(9_000)
    await server.answer('insert_archival', { agent: id, text: filling })
    const first = await server.answer('export_agent', { agent: id })
    expect(first.notice).toMatch(/data/)
    expect(first.next_offset).toBeGreaterThan(5_000)
    await server.answer('write_memory_block', { agent: id, label: 'aaa', value: 'Later.' })
    const { export_id, next_offset } = first
    const page = await server.answer('export_agent', { agent: id, export_id, offset: next_offset })
    expect(page.chars).toBe(first.chars)
    const whole = [first.text, page.text]
    let next = page.next_offset
    while (next !== undefined) {
      const more = await server.answer('export_agent', { agent: id, export_id, offset: next })
      whole.push(more.text)
      next = more.next_offset
    }
    const file = JSON.parse(whole.join(''))
    expect(JSON.stringify(file)).not.toContain('Later.')
    expect(file.archives[0].passages.at(-1).text).toBe(filling)
  })

  it('is dropped when newer ones replace it, and belongs to its agent alone', async () => {
    const id = await live('Dora')
    await server.answer('insert_archival', { agent: id, text: 'x'.repeat(40_000) })
    const { export_id } = await server.answer('export_agent', { agent: id })
    const args = { export_id, offset: 10 }
    expect((await server.refusal('export_agent', { agent: 'Bea', ...args })).code).toBe('not_found')
    for (let count = 0; count < 3; count += 1) await server.answer('export_agent', { agent: id })
    expect((await server.answer('export_agent', { agent: id, ...args })).text).not.toBe('')
    for (let count = 0; count < 4; count += 1) await server.answer('export_agent', { agent: id })
    const { code, message } = await server.refusal('export_agent', { agent: id, ...args })
    expect(code).toBe('not_found')
    expect(message).toMatch(/Start again/)
    const { message: why } = await server.refusal('export_agent', { agent: id, offset: 10 })
    expect(why).toMatch(/export_id/)
  })

  it('of its own agent is open to a pinned client, which can import none', async () => {
    const id = await live('Eve')
    const client = await server.connect({ toolsets: TOOLSETS, agent: id })
    expect(JSON.parse((await client.call('export_agent')).data.text).agent.name).toBe('Eve')
    await expect(client.call('import_agent', { text: '{}' })).rejects.toMatchObject({
      code: -32602,
    })
    await client.close()
  })

  it('shows edits of a shared block by other agents as made from outside, without their names', async () => {
    const id = await live('Fay')
    const { agent } = await server.answer('create_agent', { name: 'Gus' })
    const human = agent.blocks.find(({ label }: { label: string }) => label === 'human')
    const own = (await server.answer('read_memory', { agent: id, label: 'human' })).blocks[0]
    await server.answer('detach_block', { agent: agent.id, block_id: human.id })
    await server.answer('attach_block', { agent: agent.id, block_id: own.id })
    const text = await exported(server, 'Gus')
    const { blocks } = JSON.parse(text)
    const shared = blocks.find(({ label }: { label: string }) => label === 'human')
    expect(shared.versions.map(({ by }: { by: string }) => by)).toEqual([
      'client',
      'client',
      'client',
    ])
    expect(text).not.toContain(id)
  })
})

describe('a file from elsewhere', () => {
  let text: string
  beforeAll(async () => {
    text = await exported(server, await live('Hal'))
  })

  it('loses unknown tools and rules about them, and keeps its model with a warning', async () => {
    const { agent, warnings } = await other.answer('import_agent', {
      text: changed(text, (file) => {
        file.agent.tools.push('run_shell')
        file.agent.tool_rules.push({ type: 'run_first', tool_name: 'run_shell' })
        file.agent.model = 'anthropic/claude-sonnet-4-5'
        file.agent.embedding = 'openai/text-embedding-3-small'
        file.agent.settings.embed_messages = true
        file.agent.name = 'Ida'
      }),
    })
    expect(agent.tools).not.toContain('run_shell')
    expect(agent.tool_rules).toHaveLength(1)
    expect(agent.model).toBe('anthropic/claude-sonnet-4-5')
    expect(warnings).toEqual([
      expect.stringMatching(/Tools .*"run_shell"/),
      expect.stringMatching(/rules .*"run_first of run_shell"/),
      expect.stringMatching(/model was kept.*ANTHROPIC_API_KEY/),
      expect.stringMatching(/embedding "openai.* not imported/),
      expect.stringMatching(/Message embedding was not imported/),
    ])
  })

  it('with rules that cannot be satisfied keeps those that require approval', async () => {
    const { agent, warnings } = await other.answer('import_agent', {
      text: changed(text, (file) => {
        file.agent.tool_rules.push(
          { type: 'exit_loop', tool_name: 'send_message' },
          { type: 'continue_loop', tool_name: 'send_message' },
        )
      }),
    })
    expect(agent.tool_rules).toEqual([
      { type: 'requires_approval', tool_name: 'archival_memory_insert' },
    ])
    expect(warnings[0]).toMatch(/"exit_loop of send_message".*contradict/)
  })

  it.each(WRONG)('with %s is refused, with the place', async (_, change, reason) => {
    const before = await other.answer('stats')
    const { code, message } = await other.refusal('import_agent', { text: changed(text, change) })
    expect(code).not.toBe('internal')
    expect(message).toMatch(reason)
    const { database_bytes: _bytes, ...counted } = before
    expect(await other.answer('stats')).toMatchObject(counted)
  })

  it('that is cut off is refused, and the error says how pages are joined', async () => {
    const { message } = await other.refusal('import_agent', { text: text.slice(0, -3) })
    expect(message).toMatch(/not JSON, or not all of it.*joined/)
  })
})
