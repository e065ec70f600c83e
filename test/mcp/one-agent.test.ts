import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TOOLSETS } from '../../src/core/toolset.ts'
import { speak } from '../agent/support.ts'
import type { Connection } from '../support/connect.ts'
import { callTool } from '../support/scripted-provider.ts'
import { type RealServer, startRealServer } from './real-server.ts'

/* A client that is given one agent, beside one that has all of them. */

let server: RealServer
let client: Connection
/** Ids of Ada, whom the client is given, and of Bob, whom it must not reach. */
let ada: string
let bob: { agent: string; run: string; passage: string; block: string }

beforeAll(async () => {
  server = await startRealServer(TOOLSETS)
  server.provider.respondWith(() => speak('A secret of Bob.'))
  const create = async (name: string) => (await server.answer('create_agent', { name })).agent
  const [first, second] = [await create('Ada'), await create('Bob')]
  const run = await server.answer('send_message', { agent: 'Bob', message: 'Hello' })
  const stored = await server.answer('insert_archival', { agent: 'Bob', text: 'Bob was here.' })
  ada = first.id
  bob = {
    agent: second.id,
    run: run.run_id,
    passage: stored.passages[0].id,
    block: second.blocks[0].id,
  }
  client = await server.connect({ toolsets: TOOLSETS, agent: 'Ada' })
})
afterAll(async () => {
  await client.close()
  await server.close()
})

describe('a client pinned to one agent', () => {
  it('sees no argument that selects an agent, and no tool across agents', async () => {
    const tools = await client.tools()
    const names = tools.map(({ name }) => name)
    for (const tool of tools) {
      expect(tool).not.toHaveProperty('inputSchema.properties.agent')
      expect(tool).toHaveProperty('inputSchema.additionalProperties', false)
      expect(JSON.stringify(tool)).not.toMatch(/"required":\[[^\]]*"agent"/)
    }
    const all = (await server.client.tools()).map(({ name }) => name)
    expect(all.filter((name) => !names.includes(name))).toEqual([
      'create_agent',
      'list_blocks',
      'create_block',
      'attach_block',
      'attach_archive',
      'get_tool',
      'check_tool',
      'create_tool',
      'update_tool',
      'delete_tool',
      'tool_history',
      'diff_tool',
      'restore_tool',
      'attach_tool',
      'detach_tool',
      'run_tool',
      'list_tool_servers',
      'message_agents',
      'copy_agent',
      'create_group',
      'list_groups',
      'delete_group',
      'create_schedule',
      'list_schedules',
      'delete_schedule',
      'configure_sleeptime',
      'digest_source',
      'sync_block',
      'stats',
      'import_agent',
    ])
    await expect(client.call('create_agent', {})).rejects.toMatchObject({ code: -32602 })
    expect(client.instructions).toMatch(/one agent/)
  })

  it('talks to it, and reads and edits what it remembers', async () => {
    server.provider.enqueue(speak('Hello from Ada.'))
    const run = await client.call('send_message', { message: 'Hi' })
    expect(run.data).toMatchObject({ agent_id: ada, reply: 'Hello from Ada.' })
    expect((await client.call('get_run', { run_id: run.data.run_id })).data.status).toBe(
      'completed',
    )
    const written = { label: 'human', value: 'Likes tea.' }
    expect((await client.call('write_memory_block', written)).isError).toBe(false)
    expect((await client.call('read_memory', { label: 'human' })).data.blocks[0].value).toBe(
      'Likes tea.',
    )
    await client.call('insert_archival', { text: 'A kite.' })
    expect((await client.call('search_archival', { query: 'kite' })).data.passages).toHaveLength(1)
    expect((await client.call('search_conversation')).data.messages).toHaveLength(2)
    expect((await client.call('get_agent')).data.agent.name).toBe('Ada')
    expect((await client.call('update_agent', { description: 'The one' })).isError).toBe(false)
    expect((await client.call('inspect_context')).data.total_tokens).toBeGreaterThan(0)
    expect((await client.call('configure_agent')).data.agent_id).toBe(ada)
    const { runs } = (await client.call('list_runs')).data
    expect(runs.map(({ run_id }: { run_id: string }) => run_id)).toEqual([run.data.run_id])
  })

  it('is refused an argument that it may not give', async () => {
    const { data } = await client.call('read_memory', { agent: 'Ada' })
    expect(data.error.message).toMatch(/Unknown argument "agent"/)
  })

  it('sees that agent only in lists', async () => {
    const listed = async (args: object) =>
      (await client.call('list_agents', args)).data.agents.map(({ id }: { id: string }) => id)
    expect(await listed({})).toEqual([ada])
    expect(await listed({ query: 'AD' })).toEqual([ada])
    expect(await listed({ query: 'Bob' })).toEqual([])
    expect(await listed({ tags: ['none'] })).toEqual([])
    for (const { uri } of await client.resources()) {
      expect(uri).toMatch(new RegExp(`^recollect://(runs|tools|jobs|agents(/${ada}|$))`))
    }
    const agents = JSON.parse((await client.read('recollect://agents')).text)
    expect(agents.agents.map(({ id }: { id: string }) => id)).toEqual([ada])
  })

  it('does not learn whether a run of another agent exists', async () => {
    const nobodys = 'run-00000000-0000-4000-8000-000000000000'
    const calls = [
      ['get_run', {}],
      ['get_run', { wait_seconds: 1, include_steps: true }],
      ['cancel_run', {}],
      ['respond_to_approval', { approve: true }],
    ] as const
    for (const [tool, args] of calls) {
      const [foreign, missing] = [
        await client.call(tool, { ...args, run_id: bob.run }),
        await client.call(tool, { ...args, run_id: nobodys }),
      ]
      expect(foreign.data.error.code).toBe('not_found')
      expect(foreign.text.replace(bob.run, nobodys)).toBe(missing.text)
    }
    expect((await server.answer('get_run', { run_id: bob.run })).status).toBe('completed')
  })

  it('reaches no passage, block or resource of another', async () => {
    const deleted = await client.call('delete_archival', { passage_id: bob.passage })
    expect(deleted.data.error.code).toBe('not_found')
    const uris = [
      `recollect://agents/${bob.agent}`,
      `recollect://agents/${bob.agent}/memory`,
      `recollect://agents/${bob.agent}/memory/persona`,
      `recollect://agents/${bob.agent}/messages`,
      `recollect://agents/${bob.agent}/context`,
      'recollect://agents/Bob',
      `recollect://passages/${bob.passage}`,
      `recollect://runs/${bob.run}`,
    ]
    for (const uri of uris) await expect(client.read(uri), uri).rejects.toThrow()
    for (const part of ['', '/memory', '/memory/persona', '/messages', '/context']) {
      expect((await client.read(`recollect://agents/${ada}${part}`)).text).not.toBe('')
    }
    expect((await server.client.read(`recollect://passages/${bob.passage}`)).text).toContain('Bob')
  })

  it('does not see who else has a block', async () => {
    const [shared] = (await server.answer('read_memory', { agent: 'Ada', label: 'human' })).blocks
    await server.answer('create_agent', {
      name: 'Cy',
      block_ids: [shared.id.slice('block-'.length)],
    })
    const seen = await client.call('read_memory', { label: 'human' })
    expect(seen.data.blocks[0].shared_with).toEqual([])
  })

  it('reads the history of its blocks, where other editors appear only as not the agent', async () => {
    const { agent: other } = await server.answer('create_agent', { name: 'Di' })
    const { block } = await server.answer('create_block', { label: 'plan', value: 'Sow.' })
    for (const agent of ['Ada', 'Di']) {
      await server.answer('attach_block', { agent, block_id: block.id })
    }
    const append = { label: 'plan', content: 'Reap.', request_heartbeat: true }
    server.provider.enqueue(callTool('core_memory_append', append), speak('Done.'))
    await server.answer('send_message', { agent: 'Di', message: 'Go on' })
    const ofDi = await server.answer('memory_history', { agent: 'Di', label: 'plan' })
    expect(ofDi.versions[0]).toMatchObject({ by: other.id, run_id: expect.any(String) })
    const { data, text } = await client.call('memory_history', { label: 'plan' })
    expect(data.versions).toMatchObject([{ version: 2, by: 'client' }, { version: 1 }])
    expect(data.versions[0]).not.toHaveProperty('run_id')
    expect(text).not.toContain(other.id)
    const diff = await client.call('diff_memory_block', { label: 'plan', from_version: 1 })
    expect(diff.data.diff).toContain('Reap.')
    const past = await client.call('read_memory_as_of', { at: '2999-01-01', label: 'plan' })
    expect(past.data.blocks[0].value).toContain('Reap.')
    const restored = await client.call('restore_memory_block', { label: 'plan', version: 1 })
    expect(restored.data.block).toMatchObject({ value: 'Sow.', shared_with: [] })
  })

  it('sees its own archives, but not their other users or any other archive', async () => {
    const { archive } = await server.answer('create_archive', { name: 'Shared', agent: 'Bob' })
    const own = await client.call('list_archives')
    expect(own.text).not.toContain(archive.id)
    const foreign = await client.call('detach_archive', { archive_id: archive.id })
    const nobodys = 'archive-00000000-0000-4000-8000-000000000000'
    const missing = await client.call('detach_archive', { archive_id: nobodys })
    expect(foreign.data.error.code).toBe('not_found')
    expect(foreign.text.replace(archive.id, nobodys)).toBe(missing.text)
    const made = (await client.call('create_archive', { name: 'Notes' })).data.archive
    await server.answer('attach_archive', { agent: 'Bob', archive_id: made.id })
    const listed = await client.call('list_archives')
    expect(listed.text).toContain(made.id)
    expect(listed.text).not.toContain(bob.agent)
  })

  it('is not told which other agents have no room for a block', async () => {
    const big = { label: 'big', value: 'Small.', limit: 100_000 }
    const { block } = (await client.call('write_memory_block', big)).data
    await server.answer('create_agent', {
      name: 'Narrow',
      context_window: 8_000,
      block_ids: [block.id],
    })
    const text = 'word '.repeat(8_000)
    const { data } = await client.call('append_to_memory_block', { label: 'big', text })
    expect(data.error).toMatchObject({ code: 'limit_exceeded' })
    expect(data.error.message).toMatch(/nothing was changed/)
    expect(data.error.message).not.toContain('Narrow')
    const told = await server.refusal('append_to_memory_block', {
      agent: 'Ada',
      label: 'big',
      text,
    })
    expect(told.message).toContain('Narrow')
  })

  it('detaches its own block, and does not learn whether another exists', async () => {
    const nobodys = 'block-00000000-0000-4000-8000-000000000000'
    const detach = (id: string) => client.call('detach_block', { block_id: id })
    const [foreign, missing] = [await detach(bob.block), await detach(nobodys)]
    expect(foreign.data.error.code).toBe('not_found')
    expect(foreign.text.replace(bob.block, nobodys)).toBe(missing.text)
    const written = await client.call('write_memory_block', { label: 'spare', value: 'Old.' })
    const { data } = await detach(written.data.block.id)
    expect(data.agent.blocks.map(({ label }: { label: string }) => label)).not.toContain('spare')
  })

  it('is offered its own values only', async () => {
    const ids = { template: 'recollect://agents/{agent_id}' }
    expect(await client.complete(ids, { name: 'agent_id', value: '' })).toEqual([ada])
    const runs = { template: 'recollect://runs/{run_id}' }
    expect(await client.complete(runs, { name: 'run_id', value: '' })).not.toContain(bob.run)
    const labels = { template: 'recollect://agents/{agent_id}/memory/{label}' }
    const foreign = client.complete(labels, { name: 'label', value: '' }, { agent_id: bob.agent })
    await expect(foreign).rejects.toThrow()
  })

  it('sees prompts without an agent argument', async () => {
    const prompts = (await client.prompts()) as readonly {
      readonly name: string
      readonly arguments?: readonly { readonly name: string }[]
    }[]
    expect(prompts.map(({ arguments: args = [] }) => args.map(({ name }) => name))).toEqual([
      ['message'],
      [],
      [],
    ])
    expect(await client.prompt('load_memory', {})).toContain(ada)
    expect(await client.prompt('talk_to_agent', { message: 'Hi' })).toContain(ada)
  })
})

describe('the agent to pin', () => {
  it.each([
    ['its id', () => ada],
    ['its id without a prefix', () => ada.slice('agent-'.length)],
    ['its name', () => 'Ada'],
  ])('is found by %s', async (_, agent) => {
    const other = await server.connect({ toolsets: ['core'], agent: agent() })
    expect((await other.call('read_memory')).data.agent_id).toBe(ada)
    await other.close()
  })

  it('that is missing or ambiguous is reported at the first call, and at every call until it is fixed', async () => {
    const early = await server.connect({ toolsets: ['core'], agent: 'Dora' })
    expect((await early.tools()).length).toBeGreaterThan(10)
    const missing = await early.call('read_memory')
    expect(missing.data.error).toMatchObject({ code: 'not_found' })
    expect(missing.text).toMatch(/one agent only.*"Dora".*RECOLLECT_AGENT/)
    await server.answer('create_agent', { name: 'Dora' })
    expect((await early.call('read_memory')).isError).toBe(false)
    await server.answer('create_agent', { name: 'Dora' })
    expect((await early.call('read_memory')).isError).toBe(false)
    const late = await server.connect({ toolsets: ['core'], agent: 'Dora' })
    expect((await late.call('read_memory')).text).toMatch(/More than one agent.*RECOLLECT_AGENT/)
    await early.close()
    await late.close()
  })
})
