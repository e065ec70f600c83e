import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunId } from '../../src/core/ids.ts'
import { parseToolRule } from '../../src/core/tool-rule.ts'
import type { McpContext } from '../../src/service/context.ts'
import { callTool, callTools, say } from '../support/scripted-provider.ts'
import { callOn, speak, startWorld, type Turn, toolResults, type World } from './support.ts'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

const INSERT = 'archival_memory_insert'
const TALK = 'send_message'

/** An agent for whose calls of these tools somebody is asked. */
async function guarded(...tools: readonly string[]): Promise<string> {
  const agent = await world.createAgent({ human: '' })
  const toolRules = tools.map((tool_name) =>
    parseToolRule({ type: 'requires_approval', tool_name }),
  )
  await world.context.agents.update(agent, { toolRules })
  return agent
}

const insert = (content = 'Tea.') => callOn(INSERT, { content })

async function passages(agent: string): Promise<number> {
  return (await world.context.agents.get(agent)).counts.passages
}

async function respond(
  id: RunId,
  answer: Parameters<McpContext['runs']['respond']>[1],
): Promise<Turn> {
  await world.context.runs.respond(id, answer)
  return world.end(id)
}

const WAITING = { status: 'requires_approval', stopReason: 'requires_approval', completedAt: null }

describe('a call that requires approval', () => {
  it('is shown and not run; once approved, it runs and the run continues', async () => {
    const agent = await guarded(INSERT)
    world.provider.enqueue(insert(), speak('Stored.'))
    const { run } = await world.talk(agent, 'Store')
    expect(run).toMatchObject(WAITING)
    const { pendingApprovals } = await world.context.runs.get(run.id)
    expect(pendingApprovals).toMatchObject([
      { toolName: INSERT, arguments: expect.stringContaining('Tea.') },
    ])
    expect(await passages(agent)).toBe(0)

    const turn = await respond(run.id, { approve: true })
    expect(turn).toMatchObject({
      reply: 'Stored.',
      run: { status: 'completed', stopReason: 'end_turn' },
    })
    expect(await passages(agent)).toBe(1)
    expect((await world.context.runs.get(run.id)).pendingApprovals).toEqual([])
  })

  it('is answered with the reason when it is denied, and the loop goes on', async () => {
    const agent = await guarded(INSERT)
    world.provider.enqueue(
      callTool(INSERT, { thinking: '', content: 'Tea.' }),
      speak('As you wish.'),
    )
    const { run } = await world.talk(agent, 'Store')
    const turn = await respond(run.id, { approve: false, reason: 'Not mine to keep.' })
    expect(turn.reply).toBe('As you wish.')
    expect(toolResults(world.request())).toEqual([
      expect.stringMatching(
        /^Error: The call was not run: .*denied it and said: Not mine to keep\./,
      ),
    ])
    expect(await passages(agent)).toBe(0)
  })

  it('is answered once: a second answer is a conflict', async () => {
    const agent = await guarded(INSERT)
    world.provider.enqueue(insert(), speak('Stored.'))
    const { run } = await world.talk(agent, 'Store')
    const [call] = (await world.context.runs.get(run.id)).pendingApprovals
    const answers = await Promise.allSettled([
      world.context.runs.respond(run.id, { approve: true }),
      world.context.runs.respond(run.id, { approve: true }),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    await world.end(run.id)
    for (const callId of [undefined, call?.callId]) {
      await expect(
        world.context.runs.respond(run.id, { approve: false, callId }),
      ).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringMatching(/archival_memory_insert.*was already approved/),
      })
    }
    expect(await passages(agent)).toBe(1)
  })

  it('delays the other calls of its answer, and all run in order', async () => {
    const agent = await guarded(INSERT)
    world.provider.enqueue(
      callTools([
        { name: 'core_memory_append', arguments: { label: 'human', content: 'Tea.' } },
        { name: INSERT, arguments: { content: 'Tea.' } },
        { name: TALK, arguments: { message: 'Both are kept.' } },
      ]),
    )
    const { run, reply } = await world.talk(agent, 'Store')
    expect(reply).toBe('')
    expect(await world.block(agent, 'human')).toBe('')
    const turn = await respond(run.id, { approve: true })
    expect(turn.reply).toBe('Both are kept.')
    expect(
      turn.messages.flatMap((message) => (message.role === 'tool' ? [message.toolName] : [])),
    ).toEqual(['core_memory_append', INSERT, TALK])
  })

  it('is named where several wait, and the run continues with the last answer', async () => {
    const agent = await guarded(INSERT)
    const call = (content: string) => ({ name: INSERT, arguments: { content } })
    world.provider.enqueue(callTools([call('One.'), call('Two.')]), speak('Done.'))
    const { run } = await world.talk(agent, 'Store')
    const [one, two] = (await world.context.runs.get(run.id)).pendingApprovals
    const { respond: answer } = world.context.runs
    await expect(answer(run.id, { approve: true })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining(String(two?.callId)),
    })
    await expect(answer(run.id, { approve: true, callId: 'call-1' })).rejects.toMatchObject({
      code: 'not_found',
    })
    const between = await answer(run.id, { approve: false, callId: two?.callId })
    expect(between).toMatchObject({ run: WAITING, pendingApprovals: [{ callId: one?.callId }] })
    expect((await respond(run.id, { approve: true })).reply).toBe('Done.')
    const { items } = await world.context.archival.search(agent, { limit: 5 })
    expect(items.map(({ item }) => item.text)).toEqual(['One.'])
  })

  it('to send_message says nothing before approval, and nothing at all when denied', async () => {
    const agent = await guarded(TALK)
    world.provider.enqueue(speak('Secret.'), speak('Harmless.'), say('I stay silent.'))
    const { run, reply } = await world.talk(agent, 'Tell')
    expect(reply).toBe('')
    const again = await respond(run.id, { approve: false })
    expect(again).toMatchObject({ reply: '', run: WAITING })
    expect(await respond(run.id, { approve: true })).toMatchObject({
      reply: 'Harmless.',
      run: { status: 'completed' },
    })
    const { items } = await world.context.recall.search(agent, { query: 'Secret', limit: 5 })
    expect(items).toEqual([])
    await world.talk(agent, 'Go on')
  })
})

describe('a run that waits for approval', () => {
  it('survives a restart', async () => {
    const agent = await guarded(INSERT)
    world.provider.enqueue(insert(), speak('Stored.'))
    const { run } = await world.talk(agent, 'Store')
    for (let times = 0; times < 5; times += 1) await world.restart()
    expect(await world.context.runs.get(run.id)).toMatchObject({
      run: WAITING,
      pendingApprovals: [{ toolName: INSERT }],
    })
    expect(world.asked).toBe(1)
    expect(await respond(run.id, { approve: true })).toMatchObject({
      reply: 'Stored.',
      run: { status: 'completed' },
    })
    expect(await passages(agent)).toBe(1)
    expect(world.asked).toBe(2)
  })

  it('is answered from another process on the same data, and seen by both', async () => {
    const agent = await guarded(INSERT)
    world.provider.enqueue(insert(), speak('Stored.'))
    const { run } = await world.talk(agent, 'Store')
    const other = await world.openAnother()
    try {
      const { pendingApprovals } = await other.context.runs.get(run.id)
      expect(pendingApprovals).toMatchObject([{ toolName: INSERT }])
      await other.context.runs.respond(run.id, { approve: true })
      const signal = AbortSignal.timeout(10_000)
      expect((await other.context.runs.wait(run.id, 10_000, signal)).reply).toBe('Stored.')
      expect((await world.end(run.id)).run.status).toBe('completed')
      expect(await passages(agent)).toBe(1)
      await expect(world.context.runs.respond(run.id, { approve: true })).rejects.toMatchObject({
        code: 'conflict',
      })
    } finally {
      await other.close()
    }
  })

  it('continues in a live process when the one that accepted it has gone', async () => {
    const agent = await guarded(INSERT)
    world.provider.enqueue(insert(), speak('Stored.'))
    const other = await world.openAnother()
    const { run } = await other.context.runs.send({ agent, text: 'Store' })
    await other.context.runs.wait(run.id, 10_000, AbortSignal.timeout(10_000))
    await other.close()
    expect((await respond(run.id, { approve: true })).reply).toBe('Stored.')
  })

  it('keeps later messages waiting, which say so', async () => {
    const agent = await guarded(INSERT)
    world.provider.enqueue(insert(), speak('Stored.'), speak('Second.'))
    const { run } = await world.talk(agent, 'Store')
    const second = await world.send(agent, 'And now?')
    const view = await world.context.runs.get(second)
    expect(view.run.status).toBe('queued')
    expect(view.run.warnings.join(' ')).toMatch(new RegExp(`${run.id}, which is requires_approval`))
    await respond(run.id, { approve: true })
    expect((await world.end(second)).reply).toBe('Second.')
  })

  it('can be cancelled, and accepts no answer afterwards', async () => {
    const agent = await guarded(INSERT)
    world.provider.enqueue(insert(), speak('Hello.'))
    const { run } = await world.talk(agent, 'Store')
    expect((await world.context.runs.cancel(run.id)).run).toMatchObject({ status: 'cancelled' })
    await expect(world.context.runs.respond(run.id, { approve: true })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('cancelled'),
    })
    expect((await world.talk(agent, 'Hi')).reply).toBe('Hello.')
    expect(await passages(agent)).toBe(0)
  })

  it('has said nothing when it is cancelled before its words are approved', async () => {
    const agent = await guarded(TALK)
    world.provider.enqueue(speak('Secret.'))
    const { run } = await world.talk(agent, 'Tell')
    await world.context.runs.cancel(run.id)
    const { reply, messages } = await world.end(run.id)
    expect(reply).toBe('')
    expect(messages.at(-1)).toMatchObject({
      role: 'tool',
      status: 'error',
      text: expect.stringContaining('this was not run'),
    })
  })

  it('is the only kind that can be answered', async () => {
    world.provider.enqueue(speak('Hello.'))
    const { run } = await world.talk(await world.createAgent(), 'Hi')
    await expect(world.context.runs.respond(run.id, { approve: true })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('No call'),
    })
    await expect(world.context.runs.respond('run-1', { approve: true })).rejects.toMatchObject({
      code: 'not_found',
    })
  })
})
