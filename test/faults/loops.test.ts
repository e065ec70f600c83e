import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, calls, speak } from './answers.ts'
import { type Answer, textOf } from './wire.ts'
import { expectWhole, FORMATS, startWorld, type World } from './world.ts'

/* An agent that goes round in circles is told so, and stopped. */

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

const search = (query: string, thinking = 'I look.') =>
  call('archival_memory_search', { thinking, query, request_heartbeat: true })

/** Asks in turn with each of the answers, for ever; `requests` counts from here. */
function cycle(...answers: readonly Answer[]): {
  requests(): number
  warnedIn(): readonly number[]
} {
  const before = world.vendor.requests.length
  let next = 0
  world.vendor.always((response, request) => {
    answers[next % answers.length]?.(response, request)
    next += 1
  })
  const own = () => world.vendor.requests.slice(before)
  return {
    requests: () => own().length,
    warnedIn: () =>
      own().flatMap(({ body }, index) =>
        /\(system\) You have made the same call \d times/.test(
          (body.messages ?? []).slice(-1).map(textOf).join(''),
        )
          ? [index + 1]
          : [],
      ),
  }
}

describe.each(FORMATS)('an agent whose model answers with %s', (_format, model) => {
  it.each([
    ['the same call', [search('tea')], 5, [4, 5]],
    [
      'the same call with other thoughts and another order of its fields',
      [
        search('tea', 'Hm.'),
        call('archival_memory_search', {
          request_heartbeat: true,
          query: 'tea',
          thinking: 'Once more.',
        }),
      ],
      5,
      [4, 5],
    ],
    ['two calls by turns', [search('tea'), search('coffee')], 10, [7, 8, 9, 10]],
    ['four calls by turns', ['a', 'b', 'c', 'd'].map((query) => search(query)), 20, null],
    [
      'a call that fails',
      [call('core_memory_replace', { label: 'human', old_content: 'no', new_content: 'x' })],
      5,
      [4, 5],
    ],
    ['a call of a tool that does not exist', [call('fly', {})], 5, [4, 5]],
    ['a call that is refused', [call('core_memory_append', { label: 7 })], 5, [4, 5]],
  ])(
    'that repeats %s is warned at three rounds and stopped at five',
    async (_, answers, requests, warned) => {
      const agent = await world.createAgent(model)
      const asked = cycle(...answers)
      const sent = await world.send(agent)
      expect(sent.data).toMatchObject({
        status: 'completed',
        stop_reason: 'no_progress',
        reply: '',
      })
      expect(sent.data.warnings.join()).toMatch(/repeated the same calls/)
      expectWhole(sent)
      expect(asked.requests()).toBe(requests)
      if (warned) expect(asked.warnedIn()).toEqual(warned)
      else expect(asked.warnedIn()[0]).toBe(13)

      world.vendor.always(speak('Enough of that.'))
      expect((await world.send(agent, 'Stop')).data.reply).toBe('Enough of that.')
    },
  )

  it('that heeds the warning goes on', async () => {
    const agent = await world.createAgent(model)
    world.vendor.always(speak('I found nothing.'))
    world.vendor.enqueue(search('tea'), search('tea'), search('tea'))
    expect((await world.send(agent)).data).toMatchObject({
      stop_reason: 'end_turn',
      reply: 'I found nothing.',
      warnings: [],
    })
  })

  it('that repeats a call whose result changes is left alone', async () => {
    const agent = await world.createAgent(model, { human: '' })
    const asked = cycle(
      call('core_memory_append', { label: 'human', content: 'x', request_heartbeat: true }),
    )
    const { data } = await world.send(agent, 'Write', { max_steps: 8 })
    expect(data).toMatchObject({ status: 'completed', stop_reason: 'max_steps' })
    expect(asked.warnedIn()).toEqual([])
    expect(await world.human(agent)).toBe(Array.from({ length: 8 }, () => 'x').join('\n'))
  })

  it('that makes the same call several times in one answer has not seen its result yet', async () => {
    const agent = await world.createAgent(model)
    const one = {
      name: 'archival_memory_search',
      arguments: { query: 'tea', request_heartbeat: true },
    }
    world.vendor.always(speak('Done.'))
    world.vendor.enqueue(calls(Array.from({ length: 6 }, () => one)))
    expect((await world.send(agent)).data).toMatchObject({
      stop_reason: 'end_turn',
      reply: 'Done.',
    })
  })

  it('does not count an earlier turn', async () => {
    const agent = await world.createAgent(model)
    for (const text of ['One', 'Two', 'Three', 'Four', 'Five', 'Six']) {
      world.vendor.always(speak('Done.'))
      world.vendor.enqueue(search('tea'))
      expect((await world.send(agent, text)).data.stop_reason).toBe('end_turn')
    }
  })
})

describe('a run that goes on and on', () => {
  it('ends with its budget of tokens', async () => {
    const small = await startWorld({}, { RECOLLECT_MAX_RUN_TOKENS: '10000' })
    let count = 0
    small.vendor.always((response, request) => {
      count += 1
      search(`tea ${count}`)(response, request)
    })
    const { data } = await small.send(await small.createAgent('openai/scripted'))
    expect(data).toMatchObject({ status: 'completed', stop_reason: 'budget', steps: 3 })
    expect(data.warnings.join()).toMatch(/RECOLLECT_MAX_RUN_TOKENS is 10000/)
    await small.close()
  })

  it('ends with its budget of time', async () => {
    const short = await startWorld({}, { RECOLLECT_MAX_RUN_SECONDS: '1' })
    let count = 0
    short.vendor.always((response, request) => {
      count += 1
      setTimeout(() => search(`tea ${count}`)(response, request), 400)
    })
    const { data } = await short.send(await short.createAgent('openai/scripted'))
    expect(data).toMatchObject({ status: 'completed', stop_reason: 'budget' })
    expect(data.steps).toBeLessThanOrEqual(4)
    await short.close()
  })
})
