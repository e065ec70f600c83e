import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Caller } from '../../src/core/access.ts'
import type { ToolFields } from '../../src/core/tool-view.ts'
import { callOn, speak, startWorld, toolResults, type World } from '../agent/support.ts'
import {
  CLEAR_MEMORY,
  echo,
  HIRE,
  LANGUAGES,
  ROLL_DICE,
  TELL_OTHER,
  WHAT_HAPPENED,
} from './sources.ts'

const OWNER: Caller = { name: 'owner', scopes: new Set(['read', 'chat', 'write', 'admin']) }

let world: World
/** An agent of another than the one with the tool. */
let other: string
let otherName: string
beforeAll(async () => {
  world = await startWorld()
  // The first call of Python starts its interpreter, which takes long on a busy machine.
  const trial = { source: ROLL_DICE.python, arguments: {}, commit: false }
  await world.context.tools.run(trial, OWNER, new AbortController().signal)
}, 180_000)
afterAll(() => world.close())
beforeEach(async () => {
  for (const { id, language } of (await world.context.tools.list({ limit: 100 })).items) {
    if (language !== 'builtin') await world.context.tools.delete(id)
  }
  other = await world.createAgent({ human: '' })
  otherName = (await world.context.agents.get(other)).agent.name
})

/** An agent with a tool of this source. */
async function agentWith(fields: ToolFields): Promise<string> {
  const { tools } = world.context
  const { id } = await tools.create(fields, OWNER)
  const agent = await world.createAgent({ human: 'Likes tea.' })
  await tools.attach(agent, id, OWNER)
  return agent
}

describe.each(LANGUAGES)('an agent with a tool in %s', (language) => {
  it('has got it without that anything of it was run', async () => {
    const endless = { python: 'while True:\n    pass\n', typescript: 'for (;;) {}\n' }[language]
    const { tools } = world.context
    const { id } = await tools.create({ source: `${ROLL_DICE[language]}\n${endless}` }, OWNER)
    const trial = { tool: id, arguments: {}, commit: false, timeoutSeconds: 1 }
    const { status } = await tools.run(trial, OWNER, new AbortController().signal)
    expect(status).toBe('timeout')
  })

  it('calls it and reads its result (E2)', async () => {
    const agent = await agentWith({ source: ROLL_DICE[language] })
    world.provider.enqueue(callOn('roll_dice', { num_sides: 1 }), speak('A one.'))
    const { reply } = await world.talk(agent, 'Roll')
    expect(reply).toBe('A one.')
    expect(toolResults(world.request())).toEqual(['1'])
    const offered = world.request(-2).tools.map((tool: Wire) => tool.function.name)
    expect(offered).toContain('roll_dice')
    const schema = world.request(-2).tools.at(-1).function.parameters
    expect(Object.keys(schema.properties)).toEqual(['thinking', 'num_sides', 'request_heartbeat'])
  })

  it('lets it change memory, which the next step shows (E3)', async () => {
    const agent = await agentWith({ source: CLEAR_MEMORY[language] })
    world.provider.enqueue(callOn('clear_memory', {}), speak('Forgotten.'))
    await world.talk(agent, 'Reset your memory')
    expect(toolResults(world.request())).toEqual(['memory reset'])
    expect(await world.block(agent, 'human')).toBe('')
    expect(JSON.stringify(world.request().messages[0])).not.toContain('Likes tea.')
    const { items } = await world.context.memory.history(agent, 'human', { limit: 1 })
    expect(items[0]?.author).toMatchObject({ kind: 'agent', agentId: agent })
  })

  it('lets it create an agent, give it a block and message it (E4)', async () => {
    const agent = await agentWith({ source: HIRE[language], capabilities: ['write', 'chat'] })
    const name = `Bo in ${language}`
    world.provider.respondWith(({ messages }) => {
      if (JSON.stringify(messages).includes('Begin.')) return speak('At work.')
      return messages.at(-1).role === 'tool' ? speak('Done.') : callOn('hire', { name })
    })
    const { reply } = await world.talk(agent, 'Hire somebody')
    expect(reply).toBe('Done.')
    const bo = await world.context.agents.get(name)
    expect(bo.blocks.map(({ label, value }) => [label, value])).toContainEqual([
      'task',
      'Sort the mail.',
    ])
    const { items } = await world.context.runs.list({ agent: name, limit: 5 })
    const [sent] = items
    expect(sent).toMatchObject({ input: 'Begin.', sender: 'agent', senderAgentId: agent })
    expect((await world.end(sent?.id ?? 'run-none')).reply).toBe('At work.')
  })

  it('lets it write to another agent only with the capability, and says so', async () => {
    const agent = await agentWith({ source: TELL_OTHER[language] })
    const call = callOn('tell_other', { agent: otherName, text: 'Hello.' })
    world.provider.enqueue(call, speak('No.'))
    await world.talk(agent, 'Tell Bea')
    expect(toolResults(world.request()).at(-1)).toContain('capability "write"')
    expect(await world.block(other, 'human')).toBe('')

    const { tools } = world.context
    await tools.update('tell_other', { capabilities: ['write'] }, OWNER)
    await tools.attach(agent, 'tell_other', OWNER)
    world.provider.enqueue(call, speak('Yes.'))
    await world.talk(agent, 'Tell Bea')
    expect(await world.block(other, 'human')).toBe('Hello.')
  })
})

it('a search by a tool reads days in the time zone of its agent', async () => {
  const { agents, archival } = world.context
  const agent = await agentWith({ source: WHAT_HAPPENED })
  // In Tokyo it is the 4th already.
  const createdAt = '2026-05-03T20:00:00.000Z'
  await archival.insert(agent, ['The kiln was lit.'], { createdAt })
  const ask = async () => {
    const question = 'Anything on 2026-05-04?'
    world.provider.enqueue(callOn('what_happened', { question }), speak('Looked.'))
    await world.talk(agent, 'Look it up')
    return JSON.parse(toolResults(world.request()).at(-1) ?? '')
  }
  expect(await ask()).toEqual([])
  await agents.configure(agent, { timezone: 'Asia/Tokyo' })
  expect(await ask()).toEqual(['The kiln was lit.'])
})

describe('the rights of a tool', () => {
  it('are never more than those of the caller that sent the message', async () => {
    const agent = await agentWith({ source: TELL_OTHER.typescript, capabilities: ['write'] })
    world.provider.enqueue(
      callOn('tell_other', { agent: otherName, text: 'Hello.' }),
      speak('Not allowed.'),
    )
    await world.talk(agent, 'Tell Bea', { scopes: ['read', 'chat'] })
    expect(toolResults(world.request()).at(-1)).toContain(
      'the caller that started this run lacks it',
    )
    expect(await world.block(other, 'human')).toBe('')
  })

  it('are never more than those of its author, nor given on without the scope admin', async () => {
    const { tools } = world.context
    const writer: Caller = { name: 'writer', scopes: new Set(['read', 'write']) }
    const fields = { source: TELL_OTHER.typescript }
    await expect(tools.create({ ...fields, capabilities: ['chat'] }, writer)).rejects.toThrow(
      /"chat"/,
    )
    await tools.create({ ...fields, capabilities: ['write'] }, writer)
    const agent = await world.createAgent()
    await expect(tools.attach(agent, 'tell_other', writer)).rejects.toThrow(/scope "admin"/)
    const choose = world.context.agents.update(agent, { tools: ['tell_other'] }, writer)
    await expect(choose).rejects.toThrow(/scope "admin"/)
    await expect(world.createAgent({ tools: ['tell_other'] })).rejects.toThrow(/scope "admin"/)
    await tools.attach(agent, 'tell_other', OWNER)
    expect((await world.context.agents.get(agent)).agent.tools).toContain('tell_other')
  })

  it('need approval again when its source changes, and not when it may do less', async () => {
    const { tools, runs } = world.context
    const agent = await agentWith({ source: echo('again') })
    await tools.update('again', { source: echo('again', 'Says it anew.') }, OWNER)
    world.provider.enqueue(callOn('again', { text: 'hi' }), speak('Said.'))
    const { run } = await world.talk(agent, 'Say hi')
    expect(run.status).toBe('requires_approval')
    await runs.respond(run.id, { approve: true })
    expect((await world.end(run.id)).reply).toBe('Said.')
    expect(toolResults(world.request())).toEqual(['hi'])

    await tools.update('again', { description: 'Fine.' }, OWNER)
    world.provider.enqueue(callOn('again', { text: 'ho' }), speak('Said.'))
    expect((await world.talk(agent, 'Say ho')).run.status).toBe('completed')
  })

  it('do not spare a tool that requires approval a question at each call', async () => {
    const agent = await agentWith({ source: echo('again'), requiresApproval: true })
    for (const text of ['hi', 'ho']) {
      world.provider.enqueue(callOn('again', { text }), speak('Said.'))
      const { run } = await world.talk(agent, 'Say it')
      expect(run.status).toBe('requires_approval')
      await world.context.runs.respond(run.id, { approve: true })
      await world.end(run.id)
      expect(toolResults(world.request()).at(-1)).toBe(text)
    }
  })
})

interface Wire {
  readonly function: { readonly name: string }
}
