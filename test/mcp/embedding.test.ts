import { afterEach, describe, expect, it } from 'vitest'
import { speak } from '../agent/support.ts'
import { embeddings } from '../support/scripted-embeddings.ts'
import { type RealServer, startRealServer } from './real-server.ts'

const PATIENT = { timeout: 20_000 }

let server: RealServer
afterEach(() => server.close())

async function start(settings: Readonly<Record<string, string>> = {}): Promise<void> {
  server = await startRealServer(['core', 'admin'], settings)
  server.provider.respondWith((body) =>
    body.input
      ? embeddings(body, { vectorOf: (text) => [1, text.length] })
      : speak('The kettle is warm.'),
  )
}

const asked = (model: string): readonly string[] =>
  server.provider.embeddingRequests
    .filter(({ body }) => body.model === model)
    .flatMap(({ body }) => body.input)

const insert = (...texts: readonly string[]) =>
  server.answer('insert_archival', { agent: 'Ada', texts })

const createAda = (fields: object = {}) =>
  server.answer('create_agent', { name: 'Ada', human: 'Empty.', ...fields })

describe("the embedding model of an agent's archive", () => {
  it('is none if none is configured', async () => {
    await start()
    expect((await createAda()).agent).not.toHaveProperty('embedding')
    await insert('one')
    await server.answer('update_agent', { agent: 'Ada', embedding: 'openai/a' })
    await expect.poll(() => asked('a'), PATIENT).toEqual(['one'])
  })

  it("is the server's, unless the agent has its own, which can be changed and removed", async () => {
    await start({ RECOLLECT_EMBEDDING: 'openai/default' })
    await createAda()
    await insert('one', 'two')
    await expect.poll(() => asked('default'), PATIENT).toEqual(['one', 'two'])
    await expect
      .poll(async () => (await server.answer('stats')).embeddings?.[0]?.embedded, PATIENT)
      .toBe(2)

    const update = (embedding: string) => server.answer('update_agent', { agent: 'Ada', embedding })
    expect((await update('openai/own')).agent.embedding).toBe('openai/own')
    await expect.poll(() => [...asked('own')].sort(), PATIENT).toEqual(['one', 'two'])
    await insert('three')
    await expect.poll(() => asked('own').at(-1), PATIENT).toBe('three')

    expect((await update('')).agent).not.toHaveProperty('embedding')
    // Texts that this model embedded before are cached.
    await expect.poll(() => asked('default'), PATIENT).toEqual(['one', 'two', 'three'])
  })

  it('is named when the agent is created', async () => {
    await start({ RECOLLECT_EMBEDDING: 'openai/default' })
    expect((await createAda({ embedding: 'openai/own' })).agent.embedding).toBe('openai/own')
    await insert('one')
    await expect.poll(() => asked('own'), PATIENT).toEqual(['one'])
    expect(asked('default')).toEqual([])
  })

  it.each(['openai', 'nobody/knows', 'openai/text-embedding-ada-002@7'])(
    'is refused when it is %s, and nothing is changed',
    async (embedding) => {
      await start()
      await createAda()
      for (const tool of ['create_agent', 'update_agent']) {
        const args = tool === 'create_agent' ? { embedding } : { agent: 'Ada', embedding }
        const { code, message } = await server.refusal(tool, args)
        expect({ code, message }).toEqual({
          code: 'invalid_argument',
          message: expect.stringContaining(embedding),
        })
      }
      expect((await server.answer('get_agent', { agent: 'Ada' })).agent).not.toHaveProperty(
        'embedding',
      )
    },
  )
})

describe('embed_messages', () => {
  const talk = () => server.answer('send_message', { agent: 'Ada', message: 'Is it warm?' })
  const configure = (args: object) => server.answer('configure_agent', { agent: 'Ada', ...args })

  it('states the cost, changes nothing before it is accepted, then embeds old and new messages', async () => {
    await start({ RECOLLECT_EMBEDDING: 'openai/default' })
    await createAda()
    await talk()
    const asks = { agent: 'Ada', embed_messages: true, timezone: 'Asia/Tokyo' }
    const { message } = await server.refusal('configure_agent', asks)
    expect(message).toMatch(
      /^Nothing was changed\..*2 messages, about [1-9]\d* tokens.*openai\/default.*confirm: true/,
    )
    expect((await configure({})).settings).toMatchObject({ embed_messages: false, timezone: 'UTC' })
    expect(asked('default')).toEqual([])

    expect((await configure({ embed_messages: true, confirm: true })).settings).toMatchObject({
      embed_messages: true,
    })
    await expect
      .poll(() => asked('default'), PATIENT)
      .toEqual(['Is it warm?', 'The kettle is warm.'])
    server.provider.enqueue(speak('It boils.'))
    await talk()
    await expect.poll(() => asked('default').at(-1), PATIENT).toBe('It boils.')

    await configure({ embed_messages: false })
    server.provider.enqueue(speak('Tea is ready.'))
    await talk()
    await insert('What comes after it.')
    await expect.poll(() => asked('default').at(-1), PATIENT).toBe('What comes after it.')
    expect(asked('default')).not.toContain('Tea is ready.')
  })

  it('is refused without an embedding model, also when it is removed later', async () => {
    await start()
    await createAda()
    const on = { agent: 'Ada', embed_messages: true, confirm: true }
    expect((await server.refusal('configure_agent', on)).message).toMatch(/RECOLLECT_EMBEDDING/)
    expect((await configure({})).settings).toMatchObject({ embed_messages: false })
    await server.answer('update_agent', { agent: 'Ada', embedding: 'local/hash' })
    await server.answer('configure_agent', on)
    const none = { agent: 'Ada', embedding: '' }
    expect((await server.refusal('update_agent', none)).message).toMatch(/embed_messages to false/)
    expect((await server.answer('get_agent', { agent: 'Ada' })).agent.embedding).toBe('local/hash')
  })
})
