import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { byteByByte, call, calls, message, say, speak } from './answers.ts'
import { describeMeant } from './meaning.ts'
import { textOf } from './wire.ts'
import { expectWhole, FORMATS, startWorld, type World } from './world.ts'

/* How answers end, and what is in them besides calls. */

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())
beforeEach(() => world.vendor.always(speak('Sorry.')))

const APPEND = 'core_memory_append'
const TEA = { label: 'human', content: 'Likes tea.' }

describe.each(FORMATS)('of a model that answers with %s', (_format, model) => {
  it('answers that are cut off three times in a row end the run', async () => {
    const agent = await world.createAgent(model)
    let count = 0
    world.vendor.always((response, request) => {
      count += 1
      const args = `{"label":"human","content":"Try ${count}`
      call(APPEND, args, { finish: count === 2 ? 'tool_calls' : 'length' })(response, request)
    })
    const sent = await world.send(agent)
    expect(sent.data).toMatchObject({
      status: 'completed',
      stop_reason: 'output_truncated',
      steps: 3,
    })
    expect(sent.data.warnings.join()).toMatch(/cut off at its output limit 3 times in a row/)
    expectWhole(sent)
    expect(await world.human(agent)).toBe('Empty.')
    world.vendor.always(speak('Shorter.'))
    expect((await world.send(agent, 'Shorter')).data.reply).toBe('Shorter.')
  })

  it('answers that are cut off now and then do not', async () => {
    const agent = await world.createAgent(model)
    const cut = call(APPEND, '{"label":"hum', { finish: 'length' })
    const more = (content: string) =>
      call(APPEND, { label: 'human', content, request_heartbeat: true })
    world.vendor.enqueue(cut, cut, more('One.'), cut, cut, more('Two.'))
    expect((await world.send(agent)).data).toMatchObject({ stop_reason: 'end_turn', steps: 7 })
  })

  it('plain words that are cut off are the reply, with a warning', async () => {
    const agent = await world.createAgent(model)
    world.vendor.enqueue(say('Once upon a', { finish: 'length' }))
    const { data } = await world.send(agent)
    expect(data).toMatchObject({
      status: 'completed',
      stop_reason: 'output_truncated',
      reply: 'Once upon a',
      warnings: [expect.stringMatching(/incomplete.*output limit/)],
    })
  })

  it('an answer that is cut off before any text is truncated too', async () => {
    const agent = await world.createAgent(model)
    world.vendor.enqueue(message({ content: '' }, { finish: 'length' }))
    const { data } = await world.send(agent)
    expect(data).toMatchObject({ status: 'completed', stop_reason: 'output_truncated', steps: 1 })
    expect(data.warnings.join()).toMatch(/output limit/)
  })

  it('a filter ends the turn as a refusal, and nothing that it stopped is run', async () => {
    const agent = await world.createAgent(model)
    world.vendor.enqueue(call(APPEND, TEA, { finish: 'content_filter', text: 'I must not' }))
    const sent = await world.send(agent)
    expect(sent.data).toMatchObject({
      status: 'completed',
      stop_reason: 'refusal',
      reply: 'I must not',
    })
    expect(await world.human(agent)).toBe('Empty.')
  })

  it('a refusal in its own field is the reply to the user', async () => {
    const agent = await world.createAgent(model)
    world.vendor.enqueue(message({ content: null, refusal: 'I will not.' }))
    expect((await world.send(agent)).data).toMatchObject({
      stop_reason: 'refusal',
      reply: 'I will not.',
    })
  })

  it('an empty answer after the agent has spoken ends the turn normally', async () => {
    const agent = await world.createAgent(model)
    const both = [
      { name: 'send_message', arguments: { message: 'Noted.' } },
      { name: APPEND, arguments: { ...TEA, request_heartbeat: true } },
    ]
    world.vendor.enqueue(calls(both), message({ content: '' }))
    const { data } = await world.send(agent)
    expect(data).toMatchObject({
      status: 'completed',
      stop_reason: 'end_turn',
      reply: 'Noted.',
      steps: 2,
    })
  })

  it('a model that ignores that it must call a tool has spoken', async () => {
    const agent = await world.createAgent(model)
    world.vendor.enqueue(say('In plain words.'))
    expect((await world.send(agent)).data).toMatchObject({
      status: 'completed',
      stop_reason: 'end_turn',
      reply: 'In plain words.',
    })
  })

  it('thinking in tags is not said, and kept separately', async () => {
    const agent = await world.createAgent(model)
    world.vendor.enqueue(say('<think>What to say?</think>\n\nHello.'))
    const { data } = await world.send(agent)
    expect(data.reply).toBe('Hello.')
    expect(data.messages[1]).toMatchObject({ type: 'reasoning_message', text: 'What to say?' })
    await world.send(agent, 'And now?')
    expect(JSON.stringify(world.vendor.lastMessages())).not.toContain('What to say?')
  })

  it('broken characters are replaced, in words, in memory and in later requests', async () => {
    const agent = await world.createAgent(model, { human: '' })
    const broken =
      '{"label":"human","content":"a\\ud83d b\\u0000c \\ud83d\\ude00","request_heartbeat":true}'
    world.vendor.enqueue(call(APPEND, broken), say('Half \ud83d\u0000 of it'))
    expect((await world.send(agent)).data.reply).toBe('Half \ufffd\ufffd of it')
    expect(await world.human(agent)).toBe('a\ufffd b\ufffdc 😀')
    await world.send(agent, 'And now?')
    const sent = world.vendor.lastMessages().flatMap((each) => each.tool_calls ?? [])
    expect(JSON.parse(sent[0]?.function.arguments ?? '').content).toBe('a\ufffd b\ufffdc 😀')
  })

  it('characters that arrive in pieces are put together', async () => {
    const agent = await world.createAgent(model)
    const words = 'Grüße aus 東京 🗼'
    world.vendor.enqueue(byteByByte(words))
    expect((await world.send(agent)).data.reply).toBe(words)
  })

  it('an answer of a megabyte is kept in part, and says so', async () => {
    // In a smaller one it would be shortened once more, as any message too long for it.
    const agent = await world.createAgent(model, { context_window: 200_000 })
    world.vendor.enqueue(say(`Begin ${'long '.repeat(200_000)}end.`))
    const { data } = await world.send(agent, 'Are you there?', { include_steps: false })
    expect(data.status).toBe('completed')
    expect(data.warnings.join()).toMatch(/had 1000010 characters; its middle was left out/)
    await world.send(agent, 'And now?')
    const said = world.vendor.lastMessages().filter(({ role }) => role === 'assistant')
    const kept = said.map(textOf).join()
    expect(kept.length).toBeLessThan(100_100)
    expect(kept).toMatch(/^Begin long [\s\S]*\[900010 characters left out\][\s\S]* long end\.$/)
  })
})

describeMeant('reasoning beside a tool call', () => {
  it.each([
    ['deepseek', 'DEEPSEEK', 'Tea is a fact.', 'Tea is a fact.'],
    ['moonshot', 'MOONSHOT', '', ' '],
  ])('goes back to %s, which refuses the call without it', async (name, prefix, thought, back) => {
    const settings = { [`${prefix}_API_KEY`]: 'sk-x', [`${prefix}_BASE_URL`]: world.vendor.baseUrl }
    const other = await startWorld({}, settings)
    const edit = { ...TEA, request_heartbeat: true }
    world.vendor.enqueue(
      message({
        reasoning_content: thought,
        tool_calls: [{ function: { name: APPEND, arguments: edit } }],
      }),
    )
    await other.send(await other.createAgent(`${name}/scripted`))
    const [called] = world.vendor.lastMessages().filter(({ tool_calls }) => tool_calls)
    expect(called?.reasoning_content).toBe(back)
    await other.close()
  })
})
