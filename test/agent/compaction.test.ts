import { encode } from 'gpt-tokenizer/encoding/o200k_base'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fail, hang, type ReceivedRequest, say } from '../support/scripted-provider.ts'
import { callOn, speak, startWorld, systemText, type World } from './support.ts'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

const SMALL = { contextWindow: 4_000, human: 'Unknown.' } as const
const NOTES = 'Notes: the user told numbered facts, one a turn.'

/** As a provider counts: all texts, calls and schemas, by the real tokenizer. */
function countTokens(body: ReceivedRequest['body']): number {
  return encode(JSON.stringify([body.messages, body.tools ?? []])).length
}

function isSummaryRequest(body: ReceivedRequest['body']): boolean {
  return body.tools === undefined || body.tools.length === 0
}

/** A model that answers everything, and writes these notes when it is asked for some. */
function answering(notes: () => ReturnType<typeof say>) {
  const counts: number[] = []
  world.provider.respondWith((body) => {
    counts.push(countTokens(body))
    return isSummaryRequest(body) ? notes() : speak(`Noted, turn ${counts.length}.`)
  })
  return counts
}

/** A summary's share of the context window. */
const BUDGET = SMALL.contextWindow * 0.1

/** 0: there is none yet. */
async function summaryTokens(agent: string): Promise<number> {
  const { parts } = await world.context.agents.inspect(agent)
  return parts.find(({ name }) => name === 'summary')?.tokens ?? 0
}

/** RECOLLECT_TEST_FULL=1 has 2,000; a few hundred pass through all that happens then. */
const TURNS = process.env.RECOLLECT_TEST_FULL === '1' ? 2_000 : 300

function fact(turn: number): string {
  return `Fact number ${turn}: the box with the label crate${turn} stands on shelf ${turn * 7}, and nobody may move it before spring.`
}

describe('a conversation that outgrows its window', () => {
  it(`of ${TURNS} turns never exceeds it, and loses nothing`, async () => {
    const counts = answering(() => say(NOTES))
    const agent = await world.createAgent(SMALL)
    for (let turn = 1; turn <= TURNS; turn += 1) {
      const { run } = await world.talk(agent, fact(turn))
      expect(run.status, `turn ${turn}: ${run.error?.message}`).toBe('completed')
      expect(run.warnings).toEqual([])
      if (turn % 50 === 0) expect(await summaryTokens(agent)).toBeLessThanOrEqual(BUDGET)
    }
    expect(Math.max(...counts)).toBeLessThanOrEqual(SMALL.contextWindow)
    for (const turn of [1, 2, TURNS / 2, TURNS - 1, TURNS]) {
      const { items } = await world.context.recall.search(agent, {
        query: `crate${turn}`,
        limit: 3,
      })
      expect(items.map(({ item }) => item.role === 'user' && item.text)).toContain(fact(turn))
    }
    expect(systemText(world.request())).toContain(NOTES)
    expect(await summaryTokens(agent)).toBeGreaterThan(0)
  }, 600_000)

  it('keeps the newest turns, says how to find the others, and never separates a call from its result', async () => {
    answering(() => say(NOTES))
    const agent = await world.createAgent(SMALL)
    for (let turn = 1; turn <= 40; turn += 1) await world.talk(agent, fact(turn))
    const text = JSON.stringify(world.request().messages)
    expect(text).toContain('crate40 ')
    expect(text).not.toContain('crate1 ')
    expect(systemText(world.request())).toContain('recall memory')
  })

  it('whose newest turn alone is too large goes on, with what the user asked still in sight', async () => {
    let steps = 0
    world.provider.respondWith((body) => {
      if (isSummaryRequest(body)) return say(NOTES)
      expect(countTokens(body)).toBeLessThanOrEqual(SMALL.contextWindow)
      expect(JSON.stringify(body.messages)).toContain('count the crates')
      steps += 1
      const content = `Crate ${steps}: ${'weight and place and owner of it '.repeat(6)}`
      return steps < 30 ? callOn('archival_memory_insert', { content }) : speak('Thirty crates.')
    })
    const agent = await world.createAgent(SMALL)
    const { run, reply } = await world.talk(agent, 'Please count the crates.')
    expect(reply).toBe('Thirty crates.')
    expect(run.usage.steps).toBe(30)
  })

  it('shortens one oversized message in the request, and keeps it whole in recall', async () => {
    const counts = answering(() => say(NOTES))
    const agent = await world.createAgent(SMALL)
    const long = `Start. ${'All work and no play makes Jack a dull boy. '.repeat(2_000)} The password is xyzzy.`
    await world.talk(agent, long)
    expect(Math.max(...counts)).toBeLessThanOrEqual(SMALL.contextWindow)
    const sent = JSON.stringify(world.request().messages)
    expect(sent).toContain('are left out here')
    expect(sent).toContain('The password is xyzzy.')
    const { items } = await world.context.recall.search(agent, { query: 'password', limit: 1 })
    expect(items[0]?.item).toMatchObject({ role: 'user', text: long })
  })

  it('warns the agent of memory pressure once before each compaction', async () => {
    answering(() => say(NOTES))
    const agent = await world.createAgent(SMALL)
    for (let turn = 1; turn <= 60; turn += 1) await world.talk(agent, fact(turn))
    const told = world.provider.requests.filter(({ body }) =>
      JSON.stringify(body.messages).includes('Your context is'),
    )
    const compactions = world.provider.requests.filter(({ body }) => isSummaryRequest(body))
    expect(compactions.length).toBeGreaterThan(2)
    expect(Math.abs(told.length - compactions.length)).toBeLessThanOrEqual(1)
  })

  it('is dropped without a summary when the agent is configured so', async () => {
    answering(() => say(NOTES))
    const agent = await world.createAgent(SMALL)
    await world.context.agents.configure(agent, { compactionMode: 'drop' })
    for (let turn = 1; turn <= 40; turn += 1) await world.talk(agent, fact(turn))
    expect(world.provider.requests.some(({ body }) => isSummaryRequest(body))).toBe(false)
    expect(systemText(world.request())).not.toContain('<summary')
  })
})

describe('a summary', () => {
  const failures = [
    ['fails', () => fail(401, { error: { message: 'no' } })],
    ['is empty', () => say('  ')],
    ['is cut off', () => say('Notes: and th', { finishReason: 'length' })],
  ] as const

  it.each(failures)('that %s is replaced by an extract, and the run says so', async (_, notes) => {
    answering(notes)
    const agent = await world.createAgent(SMALL)
    const warnings: string[] = []
    for (let turn = 1; turn <= 30; turn += 1) {
      const { run } = await world.talk(agent, fact(turn))
      expect(run.status).toBe('completed')
      warnings.push(...run.warnings)
    }
    expect(warnings.join()).toContain('put together by rule')
    expect(systemText(world.request())).toContain('User (')
    expect(systemText(world.request())).toContain('crate1 ')
  })

  it('that is far too long is cut to its budget', async () => {
    const counts = answering(() => say('A sentence of the endless notes. '.repeat(3_000)))
    const agent = await world.createAgent(SMALL)
    for (let turn = 1; turn <= 60; turn += 1) {
      await world.talk(agent, fact(turn))
      expect(await summaryTokens(agent)).toBeLessThanOrEqual(BUDGET)
    }
    expect(await summaryTokens(agent)).toBeGreaterThan(BUDGET / 2)
    expect(Math.max(...counts)).toBeLessThanOrEqual(SMALL.contextWindow)
  })

  it('is written from the previous summary and all messages that leave the context', async () => {
    let written = 0
    answering(() => {
      written += 1
      return say(`Notes, edition ${written}.`)
    })
    const agent = await world.createAgent(SMALL)
    for (let turn = 1; turn <= 50; turn += 1) await world.talk(agent, fact(turn))
    const asked = world.provider.requests
      .map(({ body }) => body)
      .filter(isSummaryRequest)
      .map((body) => JSON.stringify(body.messages))
    expect(asked.length).toBeGreaterThan(1)
    asked.slice(1).forEach((text, index) => {
      expect(text).toContain(`Notes, edition ${index + 1}.`)
    })
    const all = asked.join()
    const lastGone = Math.max(...[...all.matchAll(/crate(\d+) /g)].map(([, turn]) => Number(turn)))
    for (let turn = 1; turn <= lastGone; turn += 1) expect(all).toContain(`crate${turn} `)
  })

  it('whose writer hangs does not hang the agent when the run is cancelled', async () => {
    answering(() => hang())
    const agent = await world.createAgent(SMALL)
    let runId: Awaited<ReturnType<World['send']>> | undefined
    for (let turn = 1; turn <= 40; turn += 1) {
      runId = await world.send(agent, fact(turn))
      const view = await world.context.runs.wait(runId, 400, new AbortController().signal)
      if (view.run.status === 'running') break
    }
    if (!runId) throw new Error('nothing was sent')
    const { run } = await world.context.runs.cancel(runId)
    expect(run.status).toBe('cancelled')
  })
})

describe('a provider that refuses a request as too long', () => {
  it('is asked again with less, and the window size that it named is remembered', async () => {
    let refused = 0
    world.provider.respondWith((body) => {
      if (isSummaryRequest(body)) return say(NOTES)
      if (countTokens(body) <= 5_000) return speak('Fine.')
      refused += 1
      const message = `This model's maximum context length is 5000 tokens. However, your messages resulted in ${countTokens(body)} tokens.`
      return fail(400, { error: { message, code: 'context_length_exceeded' } })
    })
    const agent = await world.createAgent({ contextWindow: 32_000 })
    for (let turn = 1; turn <= 120; turn += 1) {
      const { run } = await world.talk(agent, fact(turn))
      expect(run.status, run.error?.message).toBe('completed')
    }
    expect(refused).toBe(1)
  })

  it('even for the smallest request fails the run with a clear error', async () => {
    world.provider.respondWith((body) =>
      isSummaryRequest(body)
        ? say(NOTES)
        : fail(400, { error: { message: 'Prompt is too long', code: 'context_length_exceeded' } }),
    )
    const agent = await world.createAgent(SMALL)
    const { run } = await world.talk(agent, 'Hi')
    expect(run).toMatchObject({ status: 'failed', stopReason: 'context_overflow' })
    expect(run.error?.hint).not.toBe('')
  })
})

describe('the context', () => {
  it('starts empty with every message when the agent is configured so', async () => {
    answering(() => say(NOTES))
    const agent = await world.createAgent()
    await world.context.agents.configure(agent, { messageBufferAutoclear: true })
    await world.talk(agent, 'First words')
    await world.talk(agent, 'Second words')
    const sent = JSON.stringify(world.request().messages)
    expect(sent).toContain('Second words')
    expect(sent).not.toContain('First words')
    const { items } = await world.context.recall.search(agent, { query: 'first words', limit: 5 })
    expect(items.length).toBeGreaterThan(0)
  })

  it('can be emptied and compacted by hand', async () => {
    answering(() => say(NOTES))
    const agent = await world.createAgent()
    for (let turn = 1; turn <= 6; turn += 1) await world.talk(agent, fact(turn))
    const signal = new AbortController().signal
    await world.context.agents.configure(agent, { compactionTarget: 0.1 })
    const compacted = await world.context.agents.compact(agent, signal)
    expect(compacted?.evicted).toBeGreaterThan(0)
    expect((await world.context.agents.inspect(agent)).request).toContain(NOTES)
    const { messages } = await world.context.agents.resetMessages(agent)
    expect(messages).toBeGreaterThan(0)
    const { request } = await world.context.agents.inspect(agent)
    expect(request).not.toContain('crate6')
    expect(request).not.toContain(NOTES)
  })

  it('shows the agent when things were said, in its own time zone', async () => {
    answering(() => say(NOTES))
    const agent = await world.createAgent()
    await world.context.agents.configure(agent, { timezone: 'Asia/Tokyo' })
    await world.talk(agent, 'What time is it?')
    const { messages } = world.request()
    expect(messages[1].content).toMatch(/^\[\w+day \d{4}-\d\d-\d\d \d\d:\d\d\]\nWhat time is it\?/)
    expect(messages[1].content).toContain('timezone="Asia/Tokyo"')
  })
})

describe('the prefix of requests', () => {
  it('stays the same over 50 turns without memory edits, and is nearly the whole request', async () => {
    answering(() => say(NOTES))
    const agent = await world.createAgent({ contextWindow: 128_000 })
    for (let turn = 1; turn <= 50; turn += 1) await world.talk(agent, fact(turn))
    const bodies = world.provider.requests.map(({ body }) => body)
    bodies.slice(1).forEach((body, index) => {
      const before = bodies[index]
      expect(body.tools).toEqual(before?.tools)
      const prefix = (before?.messages ?? []).slice(0, -1)
      expect(body.messages.slice(0, prefix.length)).toEqual(prefix)
    })
    const [last, previous] = [bodies.at(-1), bodies.at(-2)]
    const whole = countTokens(last ?? {})
    const shared = countTokens({ messages: previous?.messages.slice(0, -1), tools: last?.tools })
    expect(shared / whole).toBeGreaterThan(0.9)
  })
})
