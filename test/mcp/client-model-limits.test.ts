import { afterEach, describe, expect, it } from 'vitest'
import { type Answered, callModern } from '../support/modern-calls.ts'
import { type Asked, use, words } from '../support/sampling-client.ts'
import { type ClientWorld, startClientWorld } from './client-world.ts'

let world: ClientWorld
afterEach(() => world.close())

const WITHOUT = { capabilities: {} }

/** Calls until the run no longer waits for the client's model, which answers by this script. */
async function drive(args: object, model: (asked: Asked) => object, url = world.url) {
  const asked: Asked[] = []
  let round: Answered = await callModern(url, 'send_message', args)
  while (round.asks) {
    asked.push(round.asks.model.params)
    const inputResponses = { model: model(round.asks.model.params) }
    round = await callModern(url, 'send_message', args, {
      requestState: round.requestState,
      inputResponses,
    })
  }
  return { asked, data: round.data, isError: round.isError }
}

const note = (content: string) =>
  use('core_memory_append', { label: 'human', content, request_heartbeat: true })
const speak = (message: string) => use('send_message', { message })

describe('an agent that names no model', () => {
  const choice = async (settings: Readonly<Record<string, string>>) => {
    world = await startClientWorld(settings)
    const [offered, without] = [
      await world.answer('list_models'),
      await world.answer('list_models', {}, WITHOUT),
    ]
    return [offered, without]
  }

  it("uses the client's model if it offers one, and the rehearsal model otherwise", async () => {
    const [offered, without] = await choice({})
    expect(offered).toMatchObject({
      default_model: 'client/sampling',
      providers: [{ name: 'client', reachable: true, models: 1 }],
      models: ['client/sampling'],
    })
    expect(without).toMatchObject({ default_model: 'offline/rehearsal', models: [] })
    const agent = await world.create({ model: '' })
    const own = await drive({ agent, message: 'Hi' }, () => speak('From the client.'))
    expect(own.data).toMatchObject({ status: 'completed', reply: 'From the client.' })
    const fresh = await world.create({ model: '' })
    const other = await world.answer('send_message', { agent: fresh, message: 'Hi' }, WITHOUT)
    expect(other.warnings.join(' ')).toContain('rehearsal model')
    // The client's model is a real one: whom it has answered before is not left to the rehearsal.
    const later = await world.answer('send_message', { agent, message: 'Hi' }, WITHOUT)
    expect(later).toMatchObject({ status: 'waiting', waiting_for: 'model' })
  })

  it('prefers the model of a provider with a key', async () => {
    const [offered] = await choice({
      OPENAI_API_KEY: 'k',
      OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
    })
    expect(offered.default_model).toBe('openai/gpt-4.1-mini')
  })

  it("uses the client's model if RECOLLECT_MODEL says so, for every caller", async () => {
    const [offered, without] = await choice({ RECOLLECT_MODEL: 'client/sampling' })
    expect(offered.default_model).toBe('client/sampling')
    expect(without.default_model).toBe('client/sampling')
    const agent = await world.create({ model: '' })
    const refused = await world.call('send_message', { agent, message: 'Hi' }, WITHOUT)
    expect(refused.data.error).toMatchObject({ code: 'model_unavailable' })
  })
})

describe("the usual limits hold for a client's model", () => {
  it('the last step can only speak', async () => {
    world = await startClientWorld()
    const agent = await world.create()
    const { asked, data } = await drive({ agent, message: 'Go', max_steps: 2 }, ({ tools }) =>
      tools.length > 1 ? note(`Fact ${tools.length}.`) : speak('Enough.'),
    )
    expect(data).toMatchObject({ status: 'completed', stop_reason: 'max_steps', reply: 'Enough.' })
    expect(asked).toHaveLength(3)
    expect(asked[2]).toMatchObject({
      tools: [{ name: 'send_message' }],
      toolChoice: { mode: 'required' },
    })
  })

  it('the budget counts tokens that are estimated, and the run says so', async () => {
    world = await startClientWorld({ RECOLLECT_MAX_RUN_TOKENS: '6000' })
    const agent = await world.create()
    let count = 0
    const { data } = await drive({ agent, message: 'Go' }, () => {
      count += 1
      return note(`Fact ${count}.`)
    })
    expect(data).toMatchObject({ status: 'completed', stop_reason: 'budget' })
    expect(data.usage.total_tokens).toBeGreaterThanOrEqual(6_000)
    expect(data.usage.prompt_tokens).toBeGreaterThan(data.usage.completion_tokens)
    expect(data.warnings.join(' ')).toContain('tokens are estimated')
  })

  it('a context that is full is summarised by rule, and the run says so', async () => {
    world = await startClientWorld()
    const agent = await world.create({ context_window: 4_000 })
    const long = 'The kettle is in the garden, behind the shed with the blue door. '.repeat(12)
    let summarised: Asked
    for (let turn = 1; turn <= 12 && summarised === undefined; turn += 1) {
      const { asked, data } = await drive({ agent, message: `${turn}. ${long}` }, () =>
        speak('I see.'),
      )
      expect(data.status).toBe('completed')
      if (data.warnings.join(' ').includes('by rule')) summarised = asked[0]
    }
    expect(summarised.systemPrompt).toContain('User (')
  })

  it('a client pinned to one agent drives it, and no other', async () => {
    world = await startClientWorld()
    const [agent, other] = [await world.create(), await world.create()]
    const url = `${world.url}/agents/${agent}`
    const { data } = await drive({ message: 'Hi' }, () => speak('Here.'), url)
    expect(data).toMatchObject({ agent_id: agent, reply: 'Here.' })
    const foreign = await world.call('send_message', { agent: other, message: 'Hi' })
    const brought = await callModern(
      url,
      'send_message',
      { message: 'Hi' },
      {
        requestState: foreign.requestState,
        inputResponses: { model: note('Stolen.') },
      },
    )
    expect(brought.data.error.code).toBe('not_found')
    expect(await world.human(other)).toBe('')
  })
})

describe('the answer of a client', () => {
  it('may contain text beside its call, and several calls', async () => {
    world = await startClientWorld()
    const agent = await world.create({ agent_type: 'letta_v1_agent' })
    const insert = (text: string) => ({
      type: 'tool_use',
      id: 'same',
      name: 'memory_insert',
      input: { label: 'human', new_string: text },
    })
    const { asked, data } = await drive({ agent, message: 'Go' }, ({ messages }) =>
      messages.length === 1
        ? {
            ...words(''),
            content: [{ type: 'text', text: 'Two of them.' }, insert('Tea.'), insert('Milk.')],
          }
        : words('Both noted.'),
    )
    expect(data).toMatchObject({ status: 'completed', reply: 'Two of them.\nBoth noted.' })
    expect(await world.human(agent)).toBe('Tea.\nMilk.')
    const [, use, results] = asked[1].messages
    expect(use.content.map(({ type }: Asked) => type)).toEqual(['text', 'tool_use', 'tool_use'])
    const [, first, second] = use.content
    expect(first.id).not.toBe(second.id)
    expect(results.content).toMatchObject([
      { type: 'tool_result', toolUseId: first.id },
      { type: 'tool_result', toolUseId: second.id },
    ])
  })

  it('that was cut off runs none of its calls, and the model is told', async () => {
    world = await startClientWorld()
    const agent = await world.create()
    let isFirst = true
    const { asked, data } = await drive({ agent, message: 'Go' }, () => {
      if (!isFirst) return speak('Shorter.')
      isFirst = false
      return { ...note('Half a se'), stopReason: 'maxTokens' }
    })
    expect(data).toMatchObject({ status: 'completed', reply: 'Shorter.' })
    expect(await world.human(agent)).toBe('')
    expect(JSON.stringify(asked[1].messages)).toContain('cut off at the output limit')
  })
})
