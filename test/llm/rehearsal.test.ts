import { describe, expect, it } from 'vitest'
import type { ModelMessage, ModelRequest } from '../../src/llm/model.ts'
import { answerOf, called, FLAG, failureOf, registryFrom, request, TEXT, tool } from './support.ts'

const LAST_LINE = '<context time="2026-11-20T10:00Z" weekday="Friday" recall_messages="3" />'

const SHARED = {
  archival_memory_insert: { content: TEXT },
  archival_memory_search: { query: TEXT },
  conversation_search: { query: TEXT },
}
const thinking = (name: string, properties: Readonly<Record<string, unknown>>) =>
  name === 'send_message'
    ? tool(name, { thinking: TEXT, ...properties }, ['thinking', ...Object.keys(properties)])
    : tool(name, { thinking: TEXT, ...properties, request_heartbeat: FLAG }, ['thinking'])

const STYLES = {
  memgpt_agent: Object.entries({
    send_message: { message: TEXT },
    core_memory_append: { label: TEXT, content: TEXT },
    core_memory_replace: { label: TEXT, old_content: TEXT, new_content: TEXT },
    ...SHARED,
  }).map(([name, properties]) => thinking(name, properties)),
  letta_v1_agent: Object.entries({
    memory_insert: { label: TEXT, new_string: TEXT },
    memory_replace: { label: TEXT, old_string: TEXT, new_string: TEXT },
    ...SHARED,
  }).map(([name, properties]) => tool(name, properties)),
}
type Style = keyof typeof STYLES

function system(human: string): ModelMessage {
  const persona = '<block label="persona" characters="18" limit="5000">\nMy name is Rex.\n</block>'
  const block = `<block label="human" characters="9" limit="5000">\n${human}\n</block>`
  return { role: 'system', text: `You remember.\n\n<memory>\n${persona}\n${block}\n</memory>` }
}

async function rehearse(
  style: Style,
  messages: readonly ModelMessage[],
  changes: Partial<ModelRequest> = {},
) {
  const model = await registryFrom({}).resolve('offline/rehearsal')
  const toolChoice = style === 'memgpt_agent' ? 'required' : 'auto'
  const asked = request(messages, { tools: STYLES[style], toolChoice, ...changes })
  return answerOf(model, asked)
}

/** The reply that the user reads: the text, or the message of `send_message`. */
async function spoken(...parameters: Parameters<typeof rehearse>): Promise<string> {
  const { text, toolCalls } = await rehearse(...parameters)
  const [call] = toolCalls
  if (!call) return text
  expect(call.name).toBe('send_message')
  return JSON.parse(call.arguments).message
}

/** The one call made, without the parameters of the loop, which are checked. */
async function callOf(...parameters: Parameters<typeof rehearse>) {
  const { text, toolCalls } = await rehearse(...parameters)
  expect(text).toBe('')
  expect(toolCalls).toHaveLength(1)
  const {
    thinking: thought,
    request_heartbeat,
    ...rest
  } = JSON.parse(toolCalls[0]?.arguments ?? '')
  expect([typeof thought, request_heartbeat]).toEqual(
    parameters[0] === 'memgpt_agent' ? ['string', true] : ['undefined', undefined],
  )
  return { name: toolCalls[0]?.name, ...rest }
}

const user = (text: string): ModelMessage => ({ role: 'user', text })

describe.each(['memgpt_agent', 'letta_v1_agent'] as const)('the rehearsal of a %s', (style) => {
  it('greets', async () => {
    expect(await spoken(style, [system('Nothing yet.'), user('Hello there!')])).toMatch(/^Hello!/)
  })

  it('greets by the name it knows', async () => {
    const messages = [system("The user's name is Ada."), user(`Hi\n\n${LAST_LINE}`)]
    expect(await spoken(style, messages)).toBe('Hello, Ada!')
  })

  it('stores what follows "remember", then confirms', async () => {
    const asked = user('Please remember that my cat is called Tom.')
    expect(await callOf(style, [system(''), asked])).toEqual({
      name: 'archival_memory_insert',
      content: 'my cat is called Tom.',
    })
    const stored = called('archival_memory_insert', `Stored.\n\n${LAST_LINE}`)
    const reply = await spoken(style, [system(''), asked, ...stored])
    expect(reply).toBe('I will remember that: my cat is called Tom.')
  })

  it('says when it could not store', async () => {
    const stored = called('archival_memory_insert', 'Error: the disk is full.')
    const reply = await spoken(style, [system(''), user('Remember the milk'), ...stored])
    expect(reply).toMatch(/could not.*the disk is full/)
  })

  it('notes a name that is new', async () => {
    const messages = [system('I know nothing about this person yet.'), user('My name is Ada.')]
    const sentence = "The user's name is Ada."
    expect(await callOf(style, messages)).toEqual(
      style === 'memgpt_agent'
        ? { name: 'core_memory_append', label: 'human', content: sentence }
        : { name: 'memory_insert', label: 'human', new_string: sentence },
    )
  })

  it('corrects a known name that changed, then greets', async () => {
    const asked = [system('Name: Ada Bell\nLikes tea.'), user('Hi, my name is Grace and I code')]
    expect(await callOf(style, asked)).toEqual(
      style === 'memgpt_agent'
        ? {
            name: 'core_memory_replace',
            label: 'human',
            old_content: 'Name: Ada Bell',
            new_content: 'Name: Grace',
          }
        : {
            name: 'memory_replace',
            label: 'human',
            old_string: 'Name: Ada Bell',
            new_string: 'Name: Grace',
          },
    )
    const name = style === 'memgpt_agent' ? 'core_memory_replace' : 'memory_replace'
    expect(await spoken(style, [...asked, ...called(name, 'Done.')])).toMatch(/^Hello, Grace!/)
  })

  it('takes the name from its memory, not from its persona', async () => {
    const ask = (human: string) => spoken(style, [system(human), user('What is my name?')])
    expect(await ask("The user's name is Ada.")).toBe('Your name is Ada.')
    expect(await ask('Likes tea.')).toBe('I do not know your name yet.')
  })

  it('searches both memories one after the other, then tells what it found', async () => {
    const asked = [system(''), user('What do you know about my cat?')]
    const first = called('archival_memory_search', results('The cat is called Tom.'))
    const second = called(
      'conversation_search',
      results('What do you know about my cat?', 'Tom likes fish.'),
    )
    expect(await callOf(style, asked)).toEqual({ name: 'archival_memory_search', query: 'my cat' })
    expect(await callOf(style, [...asked, ...first])).toEqual({
      name: 'conversation_search',
      query: 'my cat',
    })
    expect(await spoken(style, [...asked, ...first, ...second])).toBe(
      'This is what I know about my cat:\n- The cat is called Tom.\n- Tom likes fish.',
    )
  })

  it('says when it found nothing', async () => {
    const reply = await spoken(style, [
      user('What do you remember about Mars?'),
      ...called('archival_memory_search', results()),
      ...called('conversation_search', results()),
    ])
    expect(reply).toBe('I know nothing about Mars yet.')
  })

  it('quotes results that it cannot read', async () => {
    const reply = await spoken(style, [
      user('What do you know about Mars?'),
      ...called('archival_memory_search', 'Mars is red'),
      ...called('conversation_search', results()),
    ])
    expect(reply).toContain('- Mars is red')
  })

  it('repeats whatever else is said', async () => {
    const messages = [user('Hello'), ...called('send_message', 'Sent.'), user('It rains.')]
    expect(await spoken(style, messages)).toBe('You said: It rains.')
  })

  it('only speaks when it may not call tools', async () => {
    const answer = await rehearse(style, [user('Remember the milk')], { toolChoice: 'none' })
    expect(answer.toolCalls).toEqual([])
    expect(answer.text).toContain('the milk')
  })

  it('calls the tool it is forced to, with its required arguments', async () => {
    const tools = [tool('look', { at: TEXT, deep: FLAG, how: { enum: ['near', 'far'] } })]
    const forced = { tools, toolChoice: { name: 'look' } }
    const { toolCalls } = await rehearse(style, [user('It rains.')], forced)
    expect(toolCalls).toEqual([
      { name: 'look', arguments: '{"at":"It rains.","deep":false,"how":"near"}' },
    ])
  })
})

it('only speaks when speaking is all that is offered', async () => {
  const tools = STYLES.memgpt_agent.filter((each) => each.name === 'send_message')
  const last = `Remember the milk\n\n(system) You have used all steps.\n${LAST_LINE}`
  const forced = { tools, toolChoice: { name: 'send_message' } }
  const reply = await spoken('memgpt_agent', [user(last)], forced)
  expect(reply).toMatch(/the milk$/)
})

it('the rehearsal is the same every time and says what it is', async () => {
  const model = await registryFrom({}).resolve(null)
  const first = await answerOf(model, request('Hello'))
  expect(await answerOf(model, request('Hello'))).toEqual(first)
  expect(first.usage.totalTokens).toBeGreaterThan(0)
  expect(model.warnings.join(' ')).toMatch(/not a language model.*OPENAI_API_KEY/)
})

it('the rehearsal can be aborted like any model', async () => {
  const model = await registryFrom({}).resolve(null)
  expect((await failureOf(model, request('Hello'), AbortSignal.abort())).reason).toBe('aborted')
})

function results(...contents: readonly string[]): string {
  return JSON.stringify({ results: contents.map((content) => ({ content, score: 0.5 })) })
}
