import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Caller, SCOPES } from '../../src/core/access.ts'
import { startWorld, type World } from '../agent/support.ts'
import { callTool, say } from '../support/scripted-provider.ts'
import { withoutIds } from './support.ts'

const OWNER: Caller = { name: 'owner', scopes: new Set(SCOPES) }

let here: World
let there: World
beforeEach(async () => {
  here = await startWorld()
  there = await startWorld()
})
afterEach(async () => {
  await here.close()
  await there.close()
})

const exported = async (world: World, reference: string) =>
  (await world.context.transfer.export(reference)).text
/** Without what may differ between a file and one of the agent that was made from it. */
function plain(file: string) {
  const { exported_at: _, ...rest } = withoutIds(file) as Record<string, unknown>
  return rest
}

const GREET = `def hail(name: str) -> str:
    """Greet somebody.

    Args:
        name: who
    """
    return "Hello " + name
`

async function withTools() {
  await here.createAgent({ name: 'Ada', agentType: 'letta_v1_agent', tools: ['memory_insert'] })
  const { tools } = here.context
  await tools.create({ source: GREET, tags: ['polite'], requiresApproval: true }, OWNER)
  await tools.create(
    {
      source: GREET,
      name: 'fetch_greeting',
      description: 'Fetches one.',
      parameters: '{"type":"object","properties":{"name":{"type":"string"}}}',
      network: ['api.example.com'],
      secrets: ['GREETING_KEY'],
      capabilities: ['chat'],
      timeoutSeconds: 7,
    },
    OWNER,
  )
  await tools.attach('Ada', 'hail', OWNER)
  await tools.attach('Ada', 'fetch_greeting', OWNER)
  return exported(here, 'Ada')
}

test('the code of tools is in the file, and an import stores it and gives it to nobody', async () => {
  const file = await withTools()
  const { agentId, warnings } = await there.context.transfer.import(file)
  expect((await there.context.agents.get(agentId)).agent.tools).toEqual(['memory_insert'])
  expect(warnings.join('\n')).toMatch(/no agent has them yet: "hail", "fetch_greeting"/)
  expect(warnings.join('\n')).toContain('without the capabilities that it asks for: chat')
  const stored = (await there.context.tools.get('fetch_greeting')).stored
  expect(stored).toMatchObject({ author: 'import', capabilities: [], network: ['api.example.com'] })
  const { tools } = there.context
  await tools.update('fetch_greeting', { capabilities: ['chat'] }, OWNER)
  await tools.attach(agentId, 'hail', OWNER)
  await tools.attach(agentId, 'fetch_greeting', OWNER)
  expect(plain(await exported(there, agentId))).toEqual(plain(file))
  // Where the same code is stored, the agent has it, and its first call waits for an approval.
  const again = await there.context.transfer.import(file, { suffix: '' })
  expect(plain(await exported(there, again.agentId))).toEqual(plain(file))
  there.provider.enqueue(callTool('fetch_greeting', { name: 'Bo' }), say('Done.'))
  expect((await there.talk(again.agentId, 'Fetch one.')).run.status).toBe('requires_approval')
})

test('a tool of that name with other code is left alone, and rules about it are not kept', async () => {
  await withTools()
  await here.context.agents.update('Ada', {
    toolRules: [{ type: 'exit_loop', toolName: 'hail' }],
  })
  const file = await exported(here, 'Ada')
  const other = { source: GREET.replace('Hello', 'Off with you,') }
  await there.context.tools.create(other, OWNER)
  const { agentId, warnings } = await there.context.transfer.import(file)
  expect(warnings.join('\n')).toContain('"hail" was not imported: there is one of that name')
  expect(warnings.join('\n')).toContain('exit_loop of hail')
  expect((await there.context.tools.get('hail')).stored?.source).toContain('Off with you')
  expect((await there.context.agents.get(agentId)).agent).toMatchObject({ toolRules: [] })
})

test('messages at set times and the sleep-time agent come along, and the import says so', async () => {
  await here.createAgent({ name: 'Ada', agentType: 'letta_v1_agent' })
  const { schedules, companions } = here.context
  const scopes = ['read', 'chat'] as const
  const at = new Date(Date.now() + 3_600_000).toISOString()
  await schedules.create({ agent: 'Ada', message: 'Tea?', at, scopes })
  const cron = { cron: '0 9 * * 1-5', timezone: 'Europe/Berlin' }
  await schedules.create({ agent: 'Ada', message: 'Report', ...cron, scopes })
  await companions.configureSleeptime('Ada', {
    ...{ isEnabled: true, everyTurns: 9, writesNotes: true, model: 'openai/scripted' },
  })
  here.provider.respondWith(() => say('I see.'))
  await here.talk('Ada', 'I like kites.')
  const file = await exported(here, 'Ada')
  const { agentId, warnings } = await there.context.transfer.import(file, { scopes: ['chat'] })
  expect(warnings).toEqual([
    expect.stringMatching(/^Ada is sent the message "Tea\?" at .*delete_schedule/),
    expect.stringMatching(/^Ada is sent the message "Report" by "0 9 \* \* 1-5"/),
    expect.stringContaining('after every 9 turns'),
  ])
  expect(plain(await exported(there, agentId))).toEqual(plain(file))
  const imported = (await there.context.schedules.list({ agent: agentId, limit: 9 })).items
  expect(imported.map(({ message, timezone }) => [message, timezone])).toEqual([
    ['Report', 'Europe/Berlin'],
    ['Tea?', 'UTC'],
  ])
  expect(imported.map((one) => one.scopes)).toEqual([['chat'], ['chat']])
  const { sleeptime } = await there.context.agents.get(agentId)
  expect(sleeptime).toMatchObject({ isEnabled: true, everyTurns: 9, writesNotes: true })
})

test('a message that is over or no time at all is not sent after an import', async () => {
  await here.createAgent({ name: 'Ada' })
  const file = JSON.parse(await exported(here, 'Ada'))
  const one = { timezone: 'UTC', next_at: '2020-01-01T00:00:00.000Z', created_at: file.exported_at }
  const importing = (...given: object[]) =>
    there.context.transfer.import(
      JSON.stringify({ ...file, schedules: given.map((fields) => ({ ...one, ...fields })) }),
    )
  const { agentId, warnings } = await importing({ message: 'Late' })
  expect(warnings).toEqual([expect.stringContaining('"Late" was due at 2020')])
  expect((await there.context.schedules.list({ agent: agentId, limit: 9 })).items).toEqual([])
  const before = await there.context.agents.count()
  await expect(importing({ message: 'x', cron: 'whenever' })).rejects.toThrow('schedules[0].cron')
  await expect(importing({ message: 'x', timezone: 'Mars/Base' })).rejects.toThrow('timezone')
  await expect(importing({ message: '' })).rejects.toThrow('schedules[0].message')
  const many = Array.from({ length: 101 }, () => ({ message: 'x' }))
  await expect(importing(...many)).rejects.toThrow('at most 100 entries')
  expect(await there.context.agents.count()).toBe(before)
})
