import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AgentEvent } from '../../src/core/event.ts'
import type { RunId } from '../../src/core/ids.ts'
import { callPieces, piecewise, say, speak } from './answers.ts'
import { startWorld, type World } from './world.ts'

/* Words reach those who watch while the model still writes, and change nothing of what is stored. */

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())
beforeEach(() => world.vendor.always(speak('Sorry.')))

/** Sends a message and waits at each piece until its words have come, so that they came before the end. */
async function watch(agent: string, deltas: readonly object[], expected: readonly string[]) {
  let heard = ''
  const arrived = async (place: number) => {
    await expect.poll(() => heard, { timeout: 10_000 }).toContain(expected[place] ?? '')
  }
  world.vendor.enqueue(piecewise(deltas, arrived))
  const result = await world.client.call(
    'send_message',
    { agent, message: 'Tell me.', wait_seconds: 25 },
    { onProgress: ({ message = '' }) => (heard += message) },
  )
  return { result, heard: () => heard }
}

describe.each(['openai/scripted', 'lmstudio/scripted'])('while %s is still writing', (model) => {
  it('the words inside of a send_message call arrive', async () => {
    const agent = await world.createAgent(model)
    const pieces = [
      '{"thinking":"hm, a \\"secret\\"',
      ' plan","mess',
      'age":"One, ',
      'tw\\u',
      '006f',
      ' three."',
      '}',
    ]
    const { result, heard } = await watch(agent, callPieces('send_message', pieces), [
      '',
      '',
      'One, ',
      'One, tw',
      'One, two',
      'One, two three.',
    ])
    expect(result.data).toMatchObject({ status: 'completed', reply: 'One, two three.' })
    expect(heard()).toBe('Step 1One, two three.')
  })

  it('the text of an agent that answers in plain text arrives', async () => {
    const agent = await world.createAgent(model, { agent_type: 'letta_v1_agent' })
    const deltas = ['<thi', 'nk>private</th', 'ink>Hello ', 'there', ', 1 < 2.'].map((content) => ({
      content,
    }))
    const { result, heard } = await watch(agent, deltas, ['', '', 'Hello ', 'Hello there'])
    expect(result.data.reply).toBe('Hello there, 1 < 2.')
    expect(heard()).toBe('Step 1Hello there, 1 < 2.')
  })

  it('markup of a call written as text does not arrive', async () => {
    const agent = await world.createAgent(model, { agent_type: 'letta_v1_agent' })
    const markup =
      '<tool_call>{"name": "memory_insert", "arguments": {"label": "human", "new_string": "Likes tea."}}</tool_call>'
    world.vendor.always(say('Noted.'))
    world.vendor.enqueue(
      piecewise(
        [...markup].map((content) => ({ content })),
        async () => undefined,
      ),
    )
    let heard = ''
    const { data } = await world.client.call(
      'send_message',
      { agent, message: 'I like tea.', wait_seconds: 25 },
      { onProgress: ({ message = '' }) => (heard += message) },
    )
    expect(data.reply).toBe('Noted.')
    expect(heard).not.toMatch(/tool_call|memory_insert"|new_string/)
    expect(await world.human(agent)).toContain('Likes tea.')
  })

  it('a run is cancelled within a second, and the half answer is not stored', async () => {
    const agent = await world.createAgent(model)
    let heard = ''
    const never = new Promise(() => undefined)
    world.vendor.enqueue(piecewise(callPieces('send_message', ['{"message":"Half a']), () => never))
    const sent = world.client.call(
      'send_message',
      { agent, message: 'Tell me.', wait_seconds: 25 },
      { onProgress: ({ message = '' }) => (heard += message) },
    )
    await expect.poll(() => heard, { timeout: 10_000 }).toContain('Half a')
    const [run] = (await world.app.context.runs.list({ agent, limit: 1 })).items
    const began = Date.now()
    const cancelled = await world.client.call('cancel_run', { run_id: run?.id })
    expect(cancelled.data.status).toBe('cancelled')
    // A second on an idle machine; far below the time-outs that would end the call otherwise.
    expect(Date.now() - began).toBeLessThan(5_000)
    expect((await sent).data).toMatchObject({ status: 'cancelled', reply: '' })
  })
})

it('sends no more than ten progress messages a second', async () => {
  const agent = await world.createAgent('openai/scripted')
  const pieces = Array.from({ length: 300 }, (_, place) => `word${place} `)
  world.vendor.enqueue(
    piecewise(callPieces('send_message', ['{"message":"', ...pieces, '"}']), () => sleep(3)),
  )
  const times: number[] = []
  let heard = ''
  await world.client.call(
    'send_message',
    { agent, message: 'Count.', wait_seconds: 25 },
    {
      onProgress: ({ message = '' }) => {
        times.push(Date.now())
        heard += message
      },
    },
  )
  expect(heard).toBe(`Step 1${pieces.join('')}`)
  // One more at the end, when the rest of the words is sent.
  const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000
  expect(times.length).toBeLessThanOrEqual(Math.ceil(seconds * 10) + 2)
})

/** The events that watchers of a run receive, as text. */
function tell(events: readonly AgentEvent[]): readonly string[] {
  return events.flatMap((event) => {
    switch (event.type) {
      case 'part_started':
        return [`${event.part} ${event.kind}${event.toolName ? ` ${event.toolName}` : ''}`]
      case 'part_delta':
        return [`${event.part}: ${event.text}`]
      case 'part_ended':
        return [`${event.part} ends`]
      case 'answer_ended':
        return [event.isKept ? 'kept' : 'dropped']
      case 'step_started':
      case 'step_ended':
        return [`${event.type} ${event.step}`]
      default:
        return []
    }
  })
}

async function send(agent: string): Promise<RunId> {
  const { run } = await world.app.context.runs.send({ agent, text: 'Go on.', isWatched: true })
  return run.id
}

it('reports thinking, calls (without loop arguments) and speech, each from start to end', async () => {
  const agent = await world.createAgent('openai/scripted')
  const args = [
    '{"thinking":"I note',
    ' it.","label":"human","content":"Tea',
    '","request_heartbeat":true}',
  ]
  world.vendor.always(speak('Done.'))
  world.vendor.enqueue(piecewise(callPieces('core_memory_append', args), async () => undefined))
  const events: AgentEvent[] = []
  const id = await send(agent)
  const stop = world.app.context.runs.onProgress(id, (event) => events.push(event))
  await world.app.context.runs.wait(id, 20_000, new AbortController().signal)
  await expect.poll(() => events.at(-1)?.type).toBe('run_left')
  stop()
  const told = tell(events).join('\n')
  expect(told).toMatch(
    /^step_started 1\n0 tool_call core_memory_append\n1 reasoning\n1: I note\n1: {2}it\.\n0: /,
  )
  const call = events.flatMap((event) =>
    event.type === 'part_delta' && event.part === 0 ? [event.text] : [],
  )
  expect(JSON.parse(call.slice(0, call.indexOf('}') + 1).join(''))).toEqual({
    label: 'human',
    content: 'Tea',
  })
  expect(told).toMatch(
    /kept\nstep_ended 1\nstep_started 2\n0 reasoning\n.*\n1 speech\n1: Done\.\n0 ends\n1 ends\nkept\nstep_ended 2$/,
  )
  const kept = events.flatMap((event) =>
    event.type === 'answer_ended' && event.isKept ? [event.messageId] : [],
  )
  const stored = (await world.app.context.runs.messages(id)).filter(
    ({ role }) => role === 'assistant',
  )
  expect(stored.map((message) => message.id)).toEqual(kept)
})

it('a retried answer has a new id, and late subscribers are told its current state', async () => {
  const agent = await world.createAgent('openai/scripted', { agent_type: 'letta_v1_agent' })
  let goOn: () => void = () => undefined
  const gate = new Promise<void>((resolve) => (goOn = resolve))
  world.vendor.enqueue(
    (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end('data: {"choices":[{"index":0,"delta":{"content":"Lost"}}]}\n\n')
    },
    piecewise([{ content: 'Here ' }, { content: 'I am.' }], (place) =>
      place === 0 ? gate : Promise.resolve(),
    ),
  )
  const events: AgentEvent[] = []
  const late: AgentEvent[] = []
  const id = await send(agent)
  const stop = world.app.context.runs.onProgress(id, (event) => events.push(event))
  await expect.poll(() => tell(events).join(), { timeout: 10_000 }).toContain('0: Here ')
  const stopLate = world.app.context.runs.onProgress(id, (event) => late.push(event))
  expect(tell(late)).toEqual(['step_started 1', '0 speech', '0: Here '])
  goOn()
  await world.app.context.runs.wait(id, 20_000, new AbortController().signal)
  await expect.poll(() => tell(late).at(-1)).toBe('step_ended 1')
  stop()
  stopLate()
  expect(tell(late)).toEqual([
    'step_started 1',
    '0 speech',
    '0: Here ',
    '0: I am.',
    '0 ends',
    'kept',
    'step_ended 1',
  ])
  const ids = events.flatMap((event) =>
    event.type === 'answer_ended' ? [[event.messageId, event.isKept]] : [],
  )
  expect(ids).toEqual([
    [expect.any(String), false],
    [expect.any(String), true],
  ])
  expect(ids[0]?.[0]).not.toBe(ids[1]?.[0])
  const messages = await world.app.context.runs.messages(id)
  expect(messages.filter(({ role }) => role === 'assistant')).toHaveLength(1)
})

it('requests no stream when nobody watches', async () => {
  const agent = await world.createAgent('openai/scripted')
  await world.send(agent)
  expect(world.vendor.requests.at(-1)?.body.stream).toBeUndefined()
})
