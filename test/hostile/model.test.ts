import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { removeHomes } from '../e2e/support.ts'
import {
  callTools,
  type ScriptedProvider,
  type ScriptedToolCall,
  startScriptedProvider,
} from '../support/scripted-provider.ts'
import { type Door, doorsOf } from './doors.ts'
import { type Attacked, startAllAttacked } from './servers.ts'
import { HOSTILE_TEXTS } from './texts.ts'

/* Hostile texts in the calls that an agent's own model makes: each call gets its result, and the run goes on. */

const TOOLS = [
  'core_memory_append',
  'core_memory_replace',
  'memory_insert',
  'memory_replace',
  'memory_rethink',
  'archival_memory_insert',
  'archival_memory_search',
  'conversation_search',
]
/** More than a model can ask for in one answer are not made. */
const CALLS_AT_ONCE = 40
/** Characters of JSON; far more than any model writes at once. */
const MAX_ANSWER = 4_000_000
const STRIDE = process.env.RECOLLECT_TEST_FULL ? 1 : 29
const PATIENCE_MILLISECONDS = process.env.RECOLLECT_TEST_FULL ? 14_400_000 : 1_800_000
const USUAL = { label: 'human', insert_line: 0, content: 'x', query: 'key', new_memory: 'x' }
/** The arguments of a call are larger than a model may write: another refusal, and the same for all. */
const LONGEST = 300_000

let provider: ScriptedProvider
let attacked: readonly Attacked[] = []

beforeAll(async () => {
  provider = await startScriptedProvider()
  attacked = await startAllAttacked(provider)
}, 120_000)
afterAll(async () => {
  for (const one of attacked) await one.close()
  await provider.close()
  removeHomes()
})

describe('a hostile text from the model', () => {
  it(
    'is refused or taken in every argument of its calls, alike on all databases',
    async () => {
      const outcomes: (readonly string[])[] = []
      for (const one of attacked) outcomes.push(await outcomesOf(one))
      const [first = [], ...others] = outcomes
      expect(first.length).toBeGreaterThan(100)
      for (const other of others) expect(other).toEqual(first)
      for (const one of attacked) {
        expect(one.peakMegabytes()).toBeLessThan(500)
        expect(one.server.errors()).not.toMatch(/"level":"error"/)
      }
    },
    PATIENCE_MILLISECONDS,
  )
})

/** The outcome of each call. */
async function outcomesOf({ client }: Attacked): Promise<readonly string[]> {
  const doors = await doorsOfAgent(client, await newAgent(client))
  const calls = doors.flatMap((door, place) =>
    HOSTILE_TEXTS.filter(
      ({ text }, index) => index % STRIDE === place % STRIDE && text.length < LONGEST,
    ).map(({ text }): ScriptedToolCall => ({ name: door.tool, arguments: door.fill(text) })),
  )
  const outcomes: string[] = []
  for (const some of inAnswers(calls)) {
    provider.enqueue(
      callTools(some),
      callTools([{ name: 'send_message', arguments: { message: 'Done.' } }]),
    )
    const sent = await client.call(
      'send_message',
      { agent: await newAgent(client), message: 'Go', wait_seconds: 300 },
      { timeout: 320_000 },
    )
    expect(sent.data.status, sent.text.slice(0, 500)).toBe('completed')
    // As the model reads them in its next request.
    const results: readonly { readonly role: string; readonly content: string }[] =
      provider.requests.at(-1)?.body.messages ?? []
    const texts = results.filter(({ role }) => role === 'tool').slice(-some.length)
    expect(texts.length).toBe(some.length)
    for (const [place, { content }] of texts.entries()) {
      const asked = JSON.stringify(some[place]).slice(0, 300)
      expect(content, asked).not.toContain('failed inside the server')
      outcomes.push(content.startsWith('Error: ') ? content.slice(0, 60) : 'made')
    }
  }
  return outcomes
}

/** The calls that each answer of the model makes. */
function inAnswers(calls: readonly ScriptedToolCall[]): readonly (readonly ScriptedToolCall[])[] {
  const answers: ScriptedToolCall[][] = []
  let room = 0
  for (const call of calls) {
    const length = JSON.stringify(call).length
    const answer = answers.at(-1)
    if (answer !== undefined && answer.length < CALLS_AT_ONCE && length <= room) answer.push(call)
    else {
      answers.push([call])
      room = MAX_ANSWER
    }
    room -= length
  }
  return answers
}

/** A new one each time, so that no history grows until it is summarized. */
async function newAgent(client: Attacked['client']): Promise<string> {
  const created = await client.call('create_agent', {
    tools: ['send_message', ...TOOLS],
    context_window: 4_000_000,
  })
  return created.data.agent.id
}

async function doorsOfAgent(client: Attacked['client'], agent: string): Promise<readonly Door[]> {
  const request = await wholeRequest(client, agent)
  return request.tools
    .filter(({ name }) => TOOLS.includes(name))
    .flatMap(({ name, parameters }) => doorsOf({ name, inputSchema: parameters }, USUAL))
    .filter(({ path }) => path[0] !== 'thinking')
}

interface Request {
  readonly tools: readonly { readonly name: string; readonly parameters: unknown }[]
}

async function wholeRequest(client: Attacked['client'], agent: string): Promise<Request> {
  let text = ''
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const { data } = await client.call('inspect_context', { agent, include_text: true, offset })
    text += data.request
    offset = data.next_offset
  }
  return JSON.parse(text)
}
