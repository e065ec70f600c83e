import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RealServer, startRealServer } from './real-server.ts'

let server: RealServer
beforeEach(async () => {
  server = await startRealServer()
})
afterEach(() => server.close())

describe('agents', () => {
  it('are created with what was given, listed, changed and deleted', async () => {
    const { agent } = await server.answer('create_agent', {
      name: 'Ada',
      description: 'Keeps notes',
      persona: 'I am Ada.',
      human: 'Likes tea.',
      blocks: [
        { label: 'project', value: 'Looms', description: 'Work', limit: 100, read_only: true },
      ],
      agent_type: 'letta_v1_agent',
      context_window: 16_000,
      tags: ['work'],
    })
    expect(agent).toMatchObject({
      name: 'Ada',
      description: 'Keeps notes',
      agent_type: 'letta_v1_agent',
      context_window: 16_000,
      tags: ['work'],
      tool_rules: [],
      message_count: 0,
      archival_count: 0,
    })
    expect(agent.blocks.map(({ label }: { label: string }) => label)).toEqual([
      'persona',
      'human',
      'project',
    ])
    expect(agent.blocks[2]).toMatchObject({ chars: 5, limit: 100, read_only: true })
    expect(await server.answer('get_agent', { agent: 'Ada' })).toEqual({ agent })

    await server.answer('create_agent', { name: 'Bob', block_ids: [agent.blocks[2].id] })
    const { blocks } = await server.answer('read_memory', { agent: 'Bob', label: 'project' })
    expect(blocks[0]).toMatchObject({ value: 'Looms', shared_with: [agent.id] })

    const list = await server.answer('list_agents', { tags: ['work'] })
    expect(list.agents).toEqual([
      {
        id: agent.id,
        name: 'Ada',
        description: 'Keeps notes',
        tags: ['work'],
      },
    ])
    const first = await server.answer('list_agents', { limit: 1 })
    const second = await server.answer('list_agents', { limit: 1, cursor: first.next_cursor })
    expect([...first.agents, ...second.agents].map(({ name }) => name)).toEqual(['Bob', 'Ada'])
    expect(second).not.toHaveProperty('next_cursor')

    const changed = await server.answer('update_agent', { agent: 'Ada', name: 'Ada L.', tags: [] })
    expect(changed.agent).toMatchObject({ id: agent.id, name: 'Ada L.', tags: [] })
    await server.expectSame(`recollect://agents/${agent.id}`, 'get_agent', { agent: agent.id })
    await server.expectSame('recollect://agents', 'list_agents', {})

    expect(await server.refusal('delete_agent', { agent: 'Ada L.' })).toMatchObject({
      code: 'invalid_argument',
    })
    const deleted = await server.answer('delete_agent', { agent: 'Ada L.', confirm: true })
    expect(deleted).toEqual({ deleted: true, agent_id: agent.id })
    expect(await server.refusal('get_agent', { agent: agent.id })).toMatchObject({
      code: 'not_found',
    })
    await expect(server.client.read(`recollect://agents/${agent.id}`)).rejects.toMatchObject({
      code: -32602,
    })
    const kept = await server.answer('read_memory', { agent: 'Bob', label: 'project' })
    expect(kept.blocks[0]).toMatchObject({ value: 'Looms', shared_with: [] })
  })

  it('take tool rules, under the names of either kind, and show them as they apply', async () => {
    await server.answer('create_agent', { name: 'Ada' })
    const search = 'archival_memory_search'
    const { agent } = await server.answer('update_agent', {
      agent: 'Ada',
      tool_rules: [
        { type: 'InitToolRule', tool_name: search, children: [] },
        { type: 'constrain_child_tools', tool_name: search, children: ['send_message'] },
        {
          type: 'conditional',
          tool_name: 'send_message',
          cases: [{ equals: 'true', tool: search }],
          default_child: search,
        },
        { type: 'max_count_per_step', tool_name: search, limit: 3 },
        { type: 'exit_loop', tool_name: 'send_message' },
      ],
    })
    expect(agent.tool_rules).toEqual([
      { type: 'run_first', tool_name: search },
      { type: 'constrain_child_tools', tool_name: search, children: ['send_message'] },
      {
        type: 'conditional',
        tool_name: 'send_message',
        cases: [{ equals: 'true', tool: search }],
        default_child: search,
        require_match: false,
      },
      { type: 'max_count_per_step', tool_name: search, limit: 3 },
      { type: 'exit_loop', tool_name: 'send_message' },
    ])
    const { request } = await server.answer('inspect_context', { agent: 'Ada', include_text: true })
    expect(JSON.parse(request)).toMatchObject({
      tools: [{ name: search }],
      toolChoice: { name: search },
    })

    const refused = await server.refusal('update_agent', {
      agent: 'Ada',
      tool_rules: [{ type: 'run_last', tool_name: search }],
    })
    expect(refused).toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('run_first'),
    })
    const detached = await server.refusal('update_agent', { agent: 'Ada', tools: ['send_message'] })
    expect(detached.message).toContain(search)
    await server.answer('update_agent', { agent: 'Ada', tools: ['send_message'], tool_rules: [] })
    expect((await server.answer('get_agent', { agent: 'Ada' })).agent.tool_rules).toEqual([])
  })

  it('are not guessed at', async () => {
    await server.answer('create_agent', { name: 'Twin' })
    await server.answer('create_agent', { name: 'Twin' })
    expect(await server.refusal('get_agent', { agent: 'Twin' })).toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('agent-'),
    })
    expect(await server.refusal('get_agent', { agent: 'twin' })).toMatchObject({
      code: 'not_found',
    })
  })
})
