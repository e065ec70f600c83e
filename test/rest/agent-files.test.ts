import { afterAll, beforeAll, expect, test } from 'vitest'
import { callTool, type ScriptedProvider, say } from '../support/scripted-provider.ts'
import { laterFile, legacyFile } from './letta-files.ts'
import { type Ask, askAt } from './requests.ts'
import { type RestWorld, startRestWorld } from './rest-world.ts'

let rest: RestWorld
let provider: ScriptedProvider
let ask: Ask
let token: string

beforeAll(async () => {
  rest = await startRestWorld()
  ;({ provider } = rest)
  token = await rest.world.token()
  ask = askAt(rest.world.url, token)
}, 120_000)
afterAll(() => rest.close())

async function put(file: unknown, fields: Readonly<Record<string, string>> = {}) {
  const form = new FormData()
  form.set('file', new Blob([typeof file === 'string' ? file : JSON.stringify(file)]), 'a.af')
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  const response = await fetch(`${new URL(rest.world.url).origin}/v1/agents/import`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: form,
  })
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the shape that it asks for
  const json: any = await response.json()
  return { status: response.status, json }
}

const get = async (path: string) => (await ask('GET', path)).json
const exported = (id: string) => get(`/v1/agents/${id}/export`)
const user = (content: string) => ({ messages: [{ role: 'user', content }] })

/** Without what may differ between a file and one of the agent that was made from it. */
function plain(file: { readonly agents: readonly object[] }) {
  return {
    ...file,
    created_at: 0,
    metadata: 0,
    agents: file.agents.map((agent) => ({ ...agent, name: 0 })),
  }
}

async function lived() {
  const { json } = await ask('POST', '/v1/agents/', {
    name: 'Lived',
    system: 'Be brief.',
    tags: ['x'],
    metadata: { a: 1 },
    tool_rules: [{ type: 'exit_loop', tool_name: 'memory_insert' }],
    memory_blocks: [{ label: 'system/human', value: 'Mia', metadata: { b: 2 } }],
  })
  provider.enqueue(callTool('archival_memory_insert', { content: 'likes clay' }), say('kept'))
  await ask('POST', `/v1/agents/${json.id}/messages`, user('I like clay'))
  await ask('PATCH', `/v1/agents/${json.id}/reset-messages`, {})
  provider.enqueue(callTool('conversation_search', { query: 'clay' }), say('You like clay.'))
  await ask('POST', `/v1/agents/${json.id}/messages`, user('What do I like?'))
  return json.id as string
}

test('an export is a file of Letta, and comes back as the same agent, to the last version', async () => {
  const id = await lived()
  const one = await exported(id)
  const [agent] = one.agents
  expect(agent).toMatchObject({ id: 'agent-0', name: 'Lived', agent_type: 'letta_v1_agent' })
  expect(agent.messages.map(({ role }: { role: string }) => role)).toEqual([
    'system',
    'user',
    'assistant',
    'tool',
    'assistant',
  ])
  expect(agent.messages[0].content[0].text).toContain('<block label="system/human"')
  const { status, json } = await put(one)
  expect(status).toBe(200)
  expect(json.warnings).toEqual([
    'Another agent is named "Lived" already, so this one is named "Lived_copy".',
  ])
  const two = await exported(json.agent_ids[0])
  expect(plain(two)).toEqual(plain(one))
  expect(two.agents[0].name).toBe('Lived_copy')
  const found = await get(`/v1/agents/${json.agent_ids[0]}/archival-memory/search?query=clay`)
  expect(found.results).toMatchObject([{ content: 'likes clay' }])
  provider.enqueue(say('three'))
  const turn = await ask('POST', `/v1/agents/${json.agent_ids[0]}/messages`, user('three?'))
  expect(turn.json.messages.at(-1).content).toBe('three')
})

test('a file that was edited says what counts, but the archive comes along', async () => {
  const file = await exported(await lived())
  file.blocks[0].value = 'Bo'
  const { json } = await put(file, { name: 'Edited' })
  const [id] = json.agent_ids
  expect(await get(`/v1/agents/${id}`)).toMatchObject({ name: 'Edited', blocks: [{ value: 'Bo' }] })
  expect(await get(`/v1/agents/${id}/archival-memory`)).toMatchObject([{ text: 'likes clay' }])
  expect(json.warnings.join(' ')).toContain('changed after Recollect wrote it')
})

test('several agents of a file share their block, and what has no place here is named', async () => {
  const { status, json } = await put(JSON.stringify(JSON.stringify(laterFile())))
  expect(status).toBe(200)
  const [mole, sleeper] = await Promise.all(
    json.agent_ids.map((id: string) => get(`/v1/agents/${id}`)),
  )
  expect(mole).toMatchObject({
    name: 'Mole',
    agent_type: 'memgpt_agent',
    model: 'zai/glm-5',
    system: 'You dig.',
    tags: ['deep'],
    llm_config: { context_window: 50_000 },
    tool_rules: [{ type: 'exit_loop', tool_name: 'send_message' }],
  })
  expect(mole.tools.map(({ name }: { name: string }) => name)).toEqual(['send_message'])
  expect(mole.blocks).toMatchObject([
    { label: 'system/human', value: 'Mia', limit: 3 },
    { label: 'persona', read_only: true },
  ])
  expect(sleeper).toMatchObject({ agent_type: 'letta_v1_agent', system: '', tools: [] })
  expect(sleeper.blocks[0].id).toBe(mole.blocks[0].id)
  expect(await get('/v1/blocks/?label=spare')).toMatchObject([{ value: 'of nobody' }])
  const [dig] = await get('/v1/tools/?name=dig')
  expect(dig).toMatchObject({ tool_type: 'custom', source_type: 'python' })
  const messages = await get(`/v1/agents/${mole.id}/messages?use_assistant_message=true`)
  expect(
    messages.map((one: { message_type: string; content?: string; reasoning?: string }) => [
      one.message_type,
      one.content ?? one.reasoning,
    ]),
  ).toEqual([
    ['system_message', 'They talked about clay.'],
    ['user_message', 'Hello mole'],
    ['reasoning_message', 'Be kind.\nShe greets me.'],
    ['assistant_message', 'Hello!'],
    ['user_message', 'Plain words'],
  ])
  const warnings = json.warnings.join('\n')
  const named = [
    'dig',
    'memory_apply_patch',
    'burrowing',
    'sleeptime',
    'secrets',
    '1 heartbeats',
    'limit of 2',
    'nowhere',
  ]
  for (const word of named) expect(warnings).toContain(word)
  provider.enqueue(callTool('send_message', { message: 'dug' }))
  const turn = await ask('POST', `/v1/agents/${mole.id}/messages`, user('dig'))
  expect(turn.json.messages.at(-1).content).toBe('dug')
  const prompt = JSON.stringify(provider.requests.at(-1)?.body.messages)
  expect(prompt).toContain('They talked about clay.')
})

test('the older layout is read too, and its context is the end of its history', async () => {
  const { json } = await put(legacyFile())
  const [id] = json.agent_ids
  expect(await get(`/v1/agents/${id}`)).toMatchObject({
    name: 'Old one',
    tags: ['old'],
    metadata: { a: 1 },
    model: 'openai/gpt-4o-mini',
    blocks: [{ label: 'human', value: 'Bo' }],
    tool_rules: [{ type: 'max_count_per_step', max_count_limit: 3 }],
    secrets: [{ key: 'TOKEN' }],
  })
  const file = await exported(id)
  const again = await put(file)
  expect(plain(await exported(again.json.agent_ids[0]))).toEqual(plain(file))
  expect(file.agents[0].messages).toHaveLength(3)
})

/** Rules that lead from one tool to the next and back. */
function loopFile() {
  const file = laterFile()
  const [agent] = file.agents
  const names = ['memory_insert', 'memory_replace', 'conversation_search']
  const tools = names.map((name, index) => ({
    ...{ id: `tool-${index}`, name, tool_type: 'letta_core', source_code: null },
  }))
  const child = (tool_name: string, ...children: string[]) => ({
    ...{ type: 'constrain_child_tools', tool_name, children, child_arg_nodes: null },
    prompt_template: null,
  })
  return {
    ...file,
    groups: [],
    tools,
    agents: [
      {
        ...agent,
        agent_type: 'letta_v1_agent',
        group_ids: [],
        tool_ids: tools.map(({ id }) => id),
        tool_rules: [
          child('memory_insert', 'memory_replace'),
          child('memory_replace', 'conversation_search', 'memory_insert'),
          child('conversation_search', 'memory_insert'),
          { type: 'run_first', tool_name: 'conversation_search', args: null },
          { type: 'exit_loop', tool_name: 'memory_replace' },
        ],
      },
    ],
  }
}

test.each([
  ['the later layout', laterFile],
  ['the older layout', legacyFile],
  ['rules that form a loop', loopFile],
])('a file of %s comes back equal after a turn of each of its agents', async (_, make) => {
  const { json } = await put(make())
  for (const id of json.agent_ids) {
    provider.respondWith((body) => {
      const names = (body.tools ?? []).map(
        (tool: { function: { name: string } }) => tool.function.name,
      )
      if (names.includes('send_message')) return callTool('send_message', { message: 'Good.' })
      const isFirst = body.messages.at(-1)?.role === 'user'
      if (isFirst && names.length === 1) return callTool(names[0], { query: 'clay' })
      return say('Good.')
    })
    const turn = await ask('POST', `/v1/agents/${id}/messages`, user('How are you?'))
    expect(turn.status).toBe(200)
    expect(turn.json.messages.at(-1)).toMatchObject({ content: 'Good.' })
    const file = await exported(id)
    const again = await put(file)
    const [copy] = again.json.agent_ids
    expect(plain(await exported(copy))).toEqual(plain(file))
    expect(
      again.json.warnings.filter((one: string) => !/is named|model was kept/.test(one)),
    ).toEqual([])
    const state = ({ tool_rules, tools }: { tool_rules: unknown; tools: { name: string }[] }) => ({
      tool_rules,
      tools: tools.map(({ name }) => name),
    })
    expect(state(await get(`/v1/agents/${copy}`))).toEqual(state(await get(`/v1/agents/${id}`)))
    // Also as Letta would read it.
    const { recollect: __, ...bare } = file
    const third = await put(bare)
    const withoutRest = (one: typeof file) => plain({ ...one, recollect: undefined })
    const read = withoutRest(await exported(third.json.agent_ids[0]))
    const written = withoutRest(file)
    expect(read).toEqual(written)
  }
})

test('a file that is broken or of another kind leaves nothing, and is refused with the reason', async () => {
  const before = await get('/v1/agents/count')
  const broken = laterFile()
  broken.agents[1]?.block_ids.push('block-99')
  const byHand = { schema_version: '1.0', agent: { name: 'x', memory_blocks: [] } }
  const card = { spec: 'chara_card_v2', data: {} }
  const cases: readonly (readonly [unknown, string])[] = [
    ['', 'no file'],
    ['not json', 'not JSON'],
    ['{}', 'no agent'],
    [{ agents: 5 }, 'agents'],
    ['[]', 'no agent'],
    [{ agents: [{ id: 'agent-0' }] }, 'agents[0]'],
    [broken, 'block-99'],
    [byHand, 'written by hand'],
    [card, 'character card'],
  ]
  for (const [file, reason] of cases) {
    const { status, json } = await put(file)
    expect([422, 501]).toContain(status)
    expect(json.detail).toContain(reason)
  }
  expect(await get('/v1/agents/count')).toBe(before)
})
