import { afterEach, expect, it } from 'vitest'
import { embeddings } from '../support/scripted-embeddings.ts'
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts'
import { startAccessWorld, type World } from './world.ts'

const PATIENT = { timeout: 20_000 }
const TEXT = 'The kettle is in the garden.'
const QUESTION = 'Where is the kettle?'

let provider: ScriptedProvider
let world: World
afterEach(async () => {
  await world.close()
  await provider.close()
})

it('that another namespace has embedded a text or asked a question shows in none', async () => {
  provider = await startScriptedProvider()
  provider.respondWith((body) => embeddings(body, { vectorOf: (text: string) => [1, text.length] }))
  world = await startAccessWorld({
    RECOLLECT_EMBEDDING: 'openai/scripted',
    OPENAI_API_KEY: 'sk-test-key',
    OPENAI_BASE_URL: provider.baseUrl,
  })
  const times = (asked: string) =>
    provider.embeddingRequests.flatMap(({ body }) => body.input).filter((text) => text === asked)
      .length
  for (const [count, namespace] of ['default', 'alpha', 'beta'].entries()) {
    const client = await world.connect(await world.token(namespace))
    await client.call('create_agent', { name: 'Ada', human: 'Empty.' })
    for (const source of ['one', 'two']) {
      await client.call('insert_archival', { agent: 'Ada', text: TEXT, source })
      await expect.poll(() => times(TEXT), PATIENT).toBe(count + 1)
      await expect
        .poll(async () => (await client.call('stats')).data.embeddings[0].waiting, PATIENT)
        .toBe(0)
    }
    for (const _ of [1, 2]) {
      await client.call('search_archival', { agent: 'Ada', query: QUESTION })
    }
    expect(times(QUESTION)).toBe(count + 1)
    // Within the namespace the text was embedded once.
    expect(times(TEXT)).toBe(count + 1)
  }
}, 60_000)
