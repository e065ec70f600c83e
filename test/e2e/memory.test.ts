import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  CLIENT_KINDS,
  type Connection,
  connect,
  type Environment,
  type ServeProcess,
  startServe,
} from '../support/connect.ts'
import {
  callTool,
  type ScriptedProvider,
  startScriptedProvider,
} from '../support/scripted-provider.ts'
import { newHome, removeHomes, withModel, withoutKey } from './support.ts'

/* That what was remembered is still there when everything was stopped and started. */

afterAll(removeHomes)

interface Door {
  readonly client: Connection
  close(): Promise<void>
}

type Open = (environment: Environment) => Promise<Door>

const stdio: Open = async (environment) => {
  const client = await connect('v2-auto', { kind: 'stdio', environment })
  return { client, close: () => client.close() }
}

function http(kind: (typeof CLIENT_KINDS)[number]): Open {
  return async (environment) => {
    const serving: ServeProcess = await startServe(environment)
    const client = await connect(kind, { kind: 'http', url: serving.url })
    return {
      client,
      async close() {
        await client.close()
        expect(await serving.stop()).toBe(0)
      },
    }
  }
}

const DOORS = [
  ['stdio', stdio],
  ...CLIENT_KINDS.map((kind) => [`HTTP with a ${kind} client`, http(kind)] as const),
] as const

async function answer(client: Connection, tool: string, args: object = {}) {
  const result = await client.call(tool, args)
  expect(result.isError, result.text).toBe(false)
  return result.data
}

describe('an agent that edits its memory', () => {
  let provider: ScriptedProvider
  beforeEach(async () => {
    provider = await startScriptedProvider()
  })
  afterEach(() => provider.close())

  it.each(DOORS)('over %s sees the edit at once, and keeps it after a restart', async (_, open) => {
    const environment = withModel(newHome(), provider)
    const first = await open(environment)
    const { agent } = await answer(first.client, 'create_agent', {
      name: 'Ada',
      human: 'Name: Ann. Drinks coffee.',
    })
    provider.enqueue(
      callTool('core_memory_replace', {
        thinking: 'It is tea now.',
        label: 'human',
        old_content: 'coffee',
        new_content: 'tea',
        request_heartbeat: true,
      }),
      callTool('send_message', { thinking: 'I confirm.', message: 'Tea it is.' }),
    )
    const run = await answer(first.client, 'send_message', {
      agent: 'Ada',
      message: 'I switched to tea.',
    })
    expect(run).toMatchObject({ status: 'completed', reply: 'Tea it is.', steps: 2 })
    const systems = provider.requests.map(({ body }) => body.messages[0].content)
    expect(systems[0]).toContain('Name: Ann. Drinks coffee.')
    expect(systems[1]).toContain('Name: Ann. Drinks tea.')
    await answer(first.client, 'insert_archival', { agent: 'Ada', text: 'The loom is old.' })
    const before = await answer(first.client, 'get_agent', { agent: 'Ada' })
    await first.close()

    const second = await open(environment)
    const { blocks } = await answer(second.client, 'read_memory', { agent: 'Ada', label: 'human' })
    expect(blocks).toMatchObject([{ value: 'Name: Ann. Drinks tea.', version: 2 }])
    expect(await answer(second.client, 'get_run', { run_id: run.run_id })).toEqual(run)
    expect(await answer(second.client, 'get_agent', { agent: agent.id })).toEqual(before)
    const found = await answer(second.client, 'search_archival', { agent: 'Ada', query: 'loom' })
    expect(found.passages).toHaveLength(1)
    const said = await answer(second.client, 'search_conversation', { agent: 'Ada' })
    expect(said.messages.map(({ text }: { text: string }) => text)).toEqual([
      'Tea it is.',
      'I switched to tea.',
    ])

    provider.enqueue(callTool('send_message', { thinking: 'I know.', message: 'You drink tea.' }))
    const next = await answer(second.client, 'send_message', { agent: 'Ada', message: 'And I?' })
    expect(next.reply).toBe('You drink tea.')
    const { messages } = provider.requests.at(-1)?.body ?? {}
    expect(messages[0].content).toContain('Name: Ann. Drinks tea.')
    expect(messages.map(({ role }: { role: string }) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'tool',
      'assistant',
      'tool',
      'user',
    ])
    await second.close()
  })
})

describe('archival memory of 1,000 passages', () => {
  const WORDS = ['amber', 'basalt', 'cobalt', 'dolomite', 'emerald']
  const DAY_MILLISECONDS = 86_400_000
  let door: Door
  const environment: Environment = {
    RECOLLECT_HOME: newHome(),
    RECOLLECT_MODEL: 'offline/rehearsal',
  }

  function day(number: number): string {
    return new Date(Date.UTC(2025, 0, 1) + number * DAY_MILLISECONDS).toISOString().slice(0, 10)
  }

  beforeAll(async () => {
    door = await http('v2-auto')(environment)
    await answer(door.client, 'create_agent', { name: 'Archivist' })
    for (let batch = 0; batch < 10; batch += 1) {
      const texts = Array.from({ length: 100 }, (_, index) => {
        const number = batch * 100 + index
        return `Entry ${number}: a stone of ${WORDS[number % WORDS.length]}, found by miner${number} in shaft ${number % 7}.`
      })
      const inserted = await answer(door.client, 'insert_archival', {
        agent: 'Archivist',
        texts,
        tags: [`batch${batch}`, batch % 2 === 0 ? 'even' : 'odd'],
        source: 'mine book',
        created_at: day(batch),
      })
      expect(inserted.count).toBe(100)
    }
  })
  afterAll(() => door.close())

  const search = (args: object) =>
    answer(door.client, 'search_archival', { agent: 'Archivist', ...args })
  const textsOf = (found: { passages: readonly { text: string }[] }) =>
    found.passages.map(({ text }) => text)

  it('is counted', async () => {
    const { agent } = await answer(door.client, 'get_agent', { agent: 'Archivist' })
    expect(agent.archival_count).toBe(1_000)
  })

  it('is found by one word', async () => {
    const found = await search({ query: 'miner731' })
    expect(textsOf(found)).toEqual([expect.stringContaining('Entry 731:')])
    expect(found.passages[0].found_by).toBe('keyword')
  })

  it('is found by several words, the passage that has most of them first', async () => {
    const found = await search({ query: 'where did miner42 find the cobalt stone?' })
    expect(found.passages).toHaveLength(10)
    expect(found.passages[0].text).toContain('Entry 42:')
    const scores = found.passages.map(({ score }: { score: number }) => score)
    expect(scores).toEqual([...scores].sort((a: number, b: number) => b - a))
  })

  it('is found by tags, any or all of them', async () => {
    const any = await search({ tags: ['batch3', 'batch4'], limit: 50 })
    expect(any.passages).toHaveLength(50)
    const all = await search({ tags: ['batch3', 'odd'], match_all_tags: true, query: 'miner301' })
    expect(textsOf(all)).toEqual([expect.stringContaining('Entry 301:')])
    const none = await search({ tags: ['batch3', 'even'], match_all_tags: true })
    expect(none.passages).toEqual([])
    const strange = await search({ tags: ['batch3'], query: 'miner401' })
    expect(strange.passages).toEqual([])
  })

  it('is found by date, both ends included', async () => {
    const found = await search({ after: day(4), before: day(4), limit: 50, query: 'amber' })
    expect(found.passages.length).toBe(20)
    for (const passage of found.passages) expect(passage.created_at.slice(0, 10)).toBe(day(4))
    expect((await search({ after: '2026-01-01' })).passages).toEqual([])
  })

  it('can be read to its end, page by page, each passage once', async () => {
    const ids = new Set<string>()
    let cursor: string | undefined
    let pages = 0
    do {
      const page: {
        passages: readonly { id: string }[]
        next_cursor?: string
      } = await search({ limit: 100, ...(cursor !== undefined && { cursor }) })
      for (const { id } of page.passages) ids.add(id)
      cursor = page.next_cursor
      pages += 1
    } while (cursor !== undefined && pages < 100)
    expect(ids.size).toBe(1_000)
  })

  it('keeps every passage once, however often it is inserted', async () => {
    const [first] = (await search({ query: 'miner7' })).passages
    const again = await answer(door.client, 'insert_archival', {
      agent: 'Archivist',
      text: first.text,
      source: 'mine book',
      tags: ['again'],
    })
    expect(again.passages).toMatchObject([{ id: first.id, duplicate: true }])
    const { passages } = await search({ tags: ['again'] })
    expect(passages).toMatchObject([{ id: first.id, tags: ['again', 'batch0', 'even'] }])
  })

  it.each([
    ['東京', '東京タワーは港区にあります。'],
    ['長城', '萬里長城是中國古代的軍事防禦工程。'],
    ['서울', '서울은 대한민국의 수도입니다.'],
    ['タワー', '東京タワーは港区にあります。'],
    ['港区', '東京タワーは港区にあります。'],
    ['Žižek', 'Slavoj Žižek kommt aus Ljubljana.'],
    ['zizek', 'Slavoj Žižek kommt aus Ljubljana.'],
  ])('finds %s among the others', async (query, text) => {
    await answer(door.client, 'insert_archival', { agent: 'Archivist', text })
    expect(textsOf(await search({ query }))).toEqual([text])
  })

  it.each(['"', 'AND', 'stone*', "'; DROP TABLE passage; --", '(', 'NEAR(', 'a:b', '-', '%', '的'])(
    'treats %j as words, not as a query language',
    async (query) => {
      const result = await door.client.call('search_archival', { agent: 'Archivist', query })
      expect(result.isError, result.text).toBe(false)
    },
  )
})

describe('without any key', () => {
  const SAYS_SO = expect.stringMatching(
    /rehearsal model, which is not a language model.*OPENAI_API_KEY/,
  )

  it.each(DOORS.slice(0, 2))(
    'over %s the rehearsal model stores and recalls facts across restarts',
    async (_, open) => {
      const environment = withoutKey(newHome())
      const talk = async (door: Door, message: string) => {
        const run = await answer(door.client, 'send_message', { agent: 'Ada', message })
        expect(run).toMatchObject({ status: 'completed', warnings: [SAYS_SO] })
        return run.reply
      }
      const first = await open(environment)
      await answer(first.client, 'create_agent', { name: 'Ada' })
      expect(await talk(first, 'Hello')).toMatch(/hello/i)
      await talk(first, 'Remember that the loom in Ulm is 200 years old.')
      expect(await talk(first, 'My name is Ann.')).toContain('Ann')
      await first.close()

      const second = await open(environment)
      const { blocks } = await answer(second.client, 'read_memory', {
        agent: 'Ada',
        label: 'human',
      })
      expect(blocks[0].value).toContain('Ann')
      const stored = await answer(second.client, 'search_archival', { agent: 'Ada', query: 'loom' })
      expect(stored.passages).toHaveLength(1)
      expect(await talk(second, 'What do you know about the loom?')).toContain('200 years old')
      expect(await talk(second, 'What is my name?')).toContain('Ann')
      await second.close()
    },
  )
})
