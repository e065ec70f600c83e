import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SCOPES } from '../../src/core/access.ts'
import { OPENAI_ROUTES } from '../../src/openai-door/routes.ts'
import { ROUTES } from '../../src/rest/routes/index.ts'
import { startAccessWorld, type World } from '../access/world.ts'
import { type Ask, askAt } from './requests.ts'

/*
 * Walks the tables of routes, so that a new route is checked as soon as it is in its table: its token, its scope, and
 * what it says about ids of another namespace.
 */

const ALL = [...ROUTES, ...OPENAI_ROUTES]
const NAMED = ALL.map((route) => [`${route.method} ${route.path}`, route] as const)
/** Names of tools and labels are no ids. */
const EVERYBODYS = ['tool_name', 'label']

let world: World
let alpha: Ask
/** Ids of the namespace beta, by the names that paths give them. */
let foreign: Readonly<Record<string, string>>

beforeAll(async () => {
  world = await startAccessWorld()
  alpha = askAt(world.url, await world.token('alpha'))
  foreign = await fill(askAt(world.url, await world.token('beta')))
}, 60_000)
afterAll(() => world.close())

/** One thing of each kind, all of which hold the word betacanary. */
async function fill(beta: Ask): Promise<Readonly<Record<string, string>>> {
  const say = (text: string) => ({ messages: [{ role: 'user', content: text }] })
  const agent = await beta('POST', '/v1/agents/', {
    name: 'betacanary',
    tags: ['betacanary'],
    memory_blocks: [{ label: 'human', value: 'betacanary' }],
  })
  const agent_id: string = agent.json.id
  const base = `/v1/agents/${agent_id}`
  const turn = await beta('POST', `${base}/messages`, say('betacanary'))
  const [passage] = (await beta('POST', `${base}/archival-memory`, { text: 'betacanary' })).json
  const [archive] = (await beta('GET', `/v1/archives?agent_id=${agent_id}`)).json
  const conversation = await beta('POST', `/v1/conversations/?agent_id=${agent_id}`, {
    summary: 'betacanary',
  })
  const tool = await beta('POST', '/v1/tools/', {
    source_code: 'def betacanary() -> str:\n    """Sings."""\n    return ""\n',
  })
  const [message] = turn.json.messages
  const member = await beta('POST', '/v1/agents/', { name: 'betacanary member' })
  const group = await beta('POST', '/v1/groups/', {
    description: 'betacanary',
    agent_ids: [member.json.id],
    manager_config: { manager_type: 'supervisor', manager_agent_id: agent_id },
  })
  const schedule = await beta('POST', `${base}/schedule`, {
    messages: say('betacanary').messages,
    schedule: { type: 'one-time', scheduled_at: Date.now() + 86_400_000 },
  })
  const job = await world.app.contextOf('beta').companions.tidy(member.json.id)
  const folder = await beta('POST', '/v1/folders/', { name: 'betacanary' })
  const file = await world.app.contextOf('beta').folders.upload(folder.json.id, {
    ...{ name: 'betacanary.txt', duplicates: 'error' },
    data: Buffer.from('betacanary').toString('base64'),
  })
  const [step] = (await beta('GET', `/v1/runs/${message.run_id}/steps`)).json
  return {
    agent_id,
    model: agent_id,
    block_id: agent.json.blocks[0].id,
    label: 'human',
    passage_id: passage.id,
    archive_id: archive.id,
    conversation_id: conversation.json.id,
    message_id: message.id,
    run_id: message.run_id,
    step_id: step.id,
    tool_id: tool.json.id,
    group_id: group.json.id,
    folder_id: folder.json.id,
    file_id: file.id,
    scheduled_message_id: schedule.json.id,
    job_id: job.id,
    // Servers are the operator's, whatever the namespace.
    mcp_server_id: 'mcp_server-00000000-0000-5000-8000-000000000000',
    tool_name: agent.json.tools[0].name,
  }
}

function bodyWith(ids: Readonly<Record<string, string>>) {
  return {
    ...ids,
    name: 'n',
    label: 'l',
    value: 'v',
    text: 't',
    passages: [{ text: 't' }],
    query: 'betacanar',
    schedule: { cron_expression: '0 9 * * *' },
    messages: [{ role: 'user', content: 'hello' }],
  }
}

function pathOf(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(foreign[name] ?? ''))
}

const NO_BODY = ['GET', 'DELETE']

describe.each(NAMED)('%s', (_, { method, path, scope }) => {
  const body = () => (NO_BODY.includes(method) ? undefined : bodyWith(foreign))

  it('refuses a wrong token, and none', async () => {
    for (const token of ['wrong', undefined]) {
      const { status, json } = await askAt(world.url, token)(method, pathOf(path), body())
      expect(status).toBe(401)
      expect(json.detail ?? json.error.message).toEqual(expect.any(String))
    }
  })

  it('refuses a token without its scope', async () => {
    const others = SCOPES.filter((one) => one !== scope)
    const ask = askAt(world.url, await world.token('beta', others))
    const { status, text } = await ask(method, pathOf(path), body())
    expect(status).toBe(403)
    expect(text).toContain(`\\"${scope}\\"`)
  })

  it('does not know what is in another namespace', async () => {
    const params = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
    const query = method === 'GET' ? `?agent_id=${foreign.agent_id}` : ''
    const { status, text } = await alpha(method, `${pathOf(path)}${query}`, body())
    if (params.some((name) => !EVERYBODYS.includes(name))) expect(status).toBe(404)
    expect(text).not.toContain('betacanary')
  })
})

it('nothing of the other namespace was changed by all that', async () => {
  const beta = askAt(world.url, await world.token('beta'))
  const { json } = await beta('GET', `/v1/agents/${foreign.agent_id}`)
  expect(json).toMatchObject({ name: 'betacanary', tags: ['betacanary'] })
  expect(json.blocks).toMatchObject([{ label: 'human', value: 'betacanary' }])
})
