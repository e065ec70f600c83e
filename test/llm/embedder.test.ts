import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Embedder, EmbeddingResult } from '../../src/llm/embedder.ts'
import { readProviderSettings } from '../../src/llm/providers.ts'
import { createEmbedderRegistry } from '../../src/llm/registry/embedder-registry.ts'
import { embeddings } from '../support/scripted-embeddings.ts'
import {
  delay,
  fail,
  hang,
  raw,
  type ScriptedProvider,
  startScriptedProvider,
} from '../support/scripted-provider.ts'
import { directionOf, vectorOf } from './directions.ts'

const KEY = 'sk-secret-abcdef-0123456789'
const PATIENT = new AbortController().signal

let vendor: ScriptedProvider
beforeEach(async () => {
  vendor = await startScriptedProvider()
})
afterEach(() => vendor.close())

function embedderFor(handle: string, totalMilliseconds = 10_000): Embedder {
  return createEmbedderRegistry({
    settings: readProviderSettings({
      OPENAI_API_KEY: KEY,
      OPENAI_BASE_URL: vendor.baseUrl,
      OLLAMA_BASE_URL: vendor.baseUrl,
    }),
    limits: { totalMilliseconds, idleMilliseconds: 10_000 },
    modelsFolder: () => '/nowhere',
  }).resolve(handle)
}

async function failureOf(embedder: Embedder, texts: readonly string[] = ['1', '2']) {
  const result = await embedder.embed(texts, 'passage', PATIENT)
  if (!result.failure) throw new Error('it did not fail')
  return result.failure
}

function directions({ embedded }: EmbeddingResult): readonly (number | string)[] {
  return embedded.map(directionOf)
}

describe('embedding', () => {
  it.each([
    ['in base64', { vectorOf }],
    ['as lists of numbers, whatever was asked for', { vectorOf, encoding: 'floats' as const }],
    ['in another order', { vectorOf, isReversed: true }],
  ])('gives vectors of length 1 that come %s', async (_how, options) => {
    vendor.respondWith((body) => embeddings(body, options))
    const embedder = embedderFor('openai/text-embedding-3-small@8')
    expect(embedder.handle).toBe('openai/text-embedding-3-small@8')
    vendor.respondWith((body) =>
      embeddings(body, { ...options, vectorOf: (text) => [...vectorOf(text), 0, 0, 0, 0] }),
    )
    const result = await embedder.embed(['1', '2', '3'], 'passage', PATIENT)
    expect(result.failure).toBeNull()
    expect(directions(result)).toEqual([1, 2, 3])
    for (const each of result.embedded) {
      if (each.kind === 'refused') throw new Error(each.problem)
      expect(Math.hypot(...each.vector)).toBeCloseTo(1, 6)
      expect(each.vector).toHaveLength(8)
    }
    const [request] = vendor.embeddingRequests
    expect(request?.headers.authorization).toBe(`Bearer ${KEY}`)
    expect(request?.body).toEqual({
      model: 'text-embedding-3-small',
      input: ['1', '2', '3'],
      encoding_format: 'base64',
      dimensions: 8,
    })
  })

  it('splits many and long texts into calls that a vendor accepts', async () => {
    vendor.respondWith((body) => embeddings(body, { vectorOf }))
    const embedder = embedderFor('openai/anything')
    expect(embedder.dimension()).toBeNull()
    const short = Array.from({ length: 150 }, (_, index) => `${index % 3}`)
    const long = Array.from({ length: 3 }, () => `2 ${'x'.repeat(60_000)}`)
    const result = await embedder.embed([...short, ...long], 'passage', PATIENT)
    expect(directions(result)).toEqual([...short.map(Number), 2, 2, 2])
    expect(vendor.embeddingRequests.map(({ body }) => body.input.length)).toEqual([
      64, 64, 23, 1, 1,
    ])
    expect(embedder.dimension()).toBe(4)
  })

  it.each([
    ['ollama/nomic-embed-text:latest', 'search_query: 1', 'search_document: 1'],
    ['ollama/intfloat/multilingual-e5-large', 'query: 1', 'passage: 1'],
    ['ollama/mxbai-embed-large', 'Represent this sentence for searching relevant passages: 1', '1'],
    ['ollama/bge-m3', '1', '1'],
    ['ollama/embeddinggemma', 'task: search result | query: 1', 'title: none | text: 1'],
    [
      'openai/text-embedding-qwen3-embedding-0.6b',
      'Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:1',
      '1',
    ],
    ['openai/unheard-of', '1', '1'],
  ])('prefixes texts as %s wants it', async (handle, query, passage) => {
    vendor.respondWith((body) => embeddings(body, { vectorOf }))
    const embedder = embedderFor(handle)
    await embedder.embed(['1'], 'query', PATIENT)
    await embedder.embed(['1'], 'passage', PATIENT)
    expect(vendor.embeddingRequests.map(({ body }) => body.input)).toEqual([[query], [passage]])
  })

  it('asks for lists of numbers where a server refuses base64, from then on', async () => {
    vendor.respondWith((body) =>
      body.encoding_format === undefined
        ? embeddings(body, { vectorOf })
        : fail(400, { object: 'error', message: 'base64 encoding is not currently supported' }),
    )
    const embedder = embedderFor('openai/anything')
    expect(directions(await embedder.embed(['1'], 'passage', PATIENT))).toEqual([1])
    expect(directions(await embedder.embed(['2'], 'passage', PATIENT))).toEqual([2])
    expect(vendor.embeddingRequests).toHaveLength(3)
  })

  it('cuts the vectors of a server that does not know the argument dimensions', async () => {
    vendor.respondWith((body) =>
      embeddings(body, {
        vectorOf: (text) => [...vectorOf(text), ...Array(12).fill(5)],
        shortens: false,
      }),
    )
    const embedder = embedderFor('ollama/nomic-embed-text@8')
    const result = await embedder.embed(['1'], 'passage', PATIENT)
    expect(result.embedded[0]).toMatchObject({ kind: 'vector', vector: { length: 8 } })
  })
})

describe('a text that has no vector', () => {
  it.each([
    ['NaN in a list', 'floats' as const, Number.NaN],
    ['NaN in base64', 'asked' as const, Number.NaN],
    ['more than four bytes hold', 'asked' as const, 1e39],
    ['zeros', 'asked' as const, 0],
  ])('is refused alone where the model answers %s', async (_what, encoding, component) => {
    vendor.respondWith((body) =>
      embeddings(body, {
        vectorOf: (text) => (text === 'bad' ? [component, 0, 0, 0] : vectorOf(text)),
        encoding,
      }),
    )
    const result = await embedderFor('openai/anything').embed(['1', 'bad', '2'], 'passage', PATIENT)
    expect(result.failure).toBeNull()
    expect(directions(result)).toEqual([
      1,
      expect.stringMatching(/^The model answered a vector with /),
      2,
    ])
  })

  it('is refused alone when a vendor refuses the request because of it', async () => {
    vendor.respondWith((body) =>
      body.input.includes('bad')
        ? fail(400, { error: { message: `I do not like this, ${KEY}` } })
        : embeddings(body, { vectorOf }),
    )
    const texts = ['1', '2', 'bad', '3', '', ' \n', '-1']
    const result = await embedderFor('openai/anything').embed(texts, 'passage', PATIENT)
    expect(directions(result)).toEqual([
      1,
      2,
      expect.stringMatching(/I do not like this, \[redacted\]/),
      3,
      'The text is empty.',
      'The text is empty.',
      -1,
    ])
  })

  it('is represented by its beginning when it is too long', async () => {
    vendor.respondWith((body) =>
      body.input.some((text: string) => text.length > 1_000)
        ? fail(400, { error: { message: "This model's maximum context length is 1000 tokens" } })
        : embeddings(body, { vectorOf }),
    )
    const texts = ['1', `2${' and so on'.repeat(500)}`, '3']
    const result = await embedderFor('openai/anything').embed(texts, 'passage', PATIENT)
    expect(directions(result)).toEqual([1, 2, 3])
    const lengths = vendor.embeddingRequests
      .flatMap(({ body }) => body.input)
      .map((text) => text.length)
    expect(Math.max(...lengths.filter((length) => length <= 1_000))).toBeGreaterThan(500)
  })
})

describe('a call that fails', () => {
  it.each([
    [
      'a wrong key',
      fail(401, { error: { message: `Bad key ${KEY}` } }),
      'unauthorized',
      /OPENAI_API_KEY/,
    ],
    ['an unknown model', fail(404, { error: { message: 'None' } }), 'rejected', /"anything"/],
    ['a server that is down', fail(503), 'unreachable', /Try again/],
    ['a refusal of everything', fail(400, { error: { message: 'No' } }), 'rejected', /embeddings/],
    [
      'a list that is short',
      raw({ body: '{"data":[{"embedding":[1]}]}' }),
      'invalid_answer',
      /embeddings format/,
    ],
    [
      'the same index twice',
      raw({ body: '{"data":[{"index":1,"embedding":[1]},{"index":1,"embedding":[1]}]}' }),
      'invalid_answer',
      /again/,
    ],
    [
      'words for numbers',
      raw({ body: '{"data":[{"embedding":["a"]},{"embedding":["b"]}]}' }),
      'invalid_answer',
      /again/,
    ],
    [
      'vectors of two lengths',
      raw({ body: '{"data":[{"embedding":[1,2]},{"embedding":[1]}]}' }),
      'invalid_answer',
      /embed everything again/,
    ],
    ['a chat completion', raw({ body: '{"choices":[]}' }), 'invalid_answer', /OPENAI_BASE_URL/],
    ['a web page', raw({ body: '<html>' }), 'invalid_answer', /OPENAI_BASE_URL/],
    [
      'an error with status 200',
      raw({ body: '{"error":{"message":"Oops"}}' }),
      'invalid_answer',
      /again/,
    ],
  ])('says what to do about %s', async (_what, answer, reason, hint) => {
    vendor.respondWith(() => answer)
    const failure = await failureOf(embedderFor('openai/anything'))
    expect(failure.reason).toBe(reason)
    expect(failure.hint).toMatch(hint)
    expect(JSON.stringify(failure)).not.toContain(KEY)
  })

  it('reports how long a rate-limiting vendor asks to wait', async () => {
    vendor.respondWith(() => fail(429, undefined, { 'retry-after': '7' }))
    expect(await failureOf(embedderFor('openai/anything'))).toMatchObject({
      reason: 'rate_limited',
      retryAfterMilliseconds: 7_000,
    })
    expect(vendor.embeddingRequests).toHaveLength(1)
  })

  it('keeps the vectors of the calls before it', async () => {
    vendor.respondWith((body) =>
      vendor.embeddingRequests.length > 1 ? fail(429) : embeddings(body, { vectorOf }),
    )
    const texts = Array.from({ length: 100 }, (_, index) => `${index % 3}`)
    const result = await embedderFor('openai/anything').embed(texts, 'passage', PATIENT)
    expect(directions(result)).toEqual(texts.slice(0, 64).map(Number))
    expect(result.failure?.reason).toBe('rate_limited')
  })

  it('detects a server whose vectors change their dimension', async () => {
    vendor.respondWith((body) => embeddings(body, { vectorOf }))
    const embedder = embedderFor('openai/anything')
    await embedder.embed(['1'], 'passage', PATIENT)
    vendor.respondWith((body) => embeddings(body, { vectorOf: () => [1, 2] }))
    const failure = await failureOf(embedder)
    expect(failure).toMatchObject({
      reason: 'invalid_answer',
      hint: expect.stringMatching(/changed/),
    })
    expect(failure.message).toMatch(/2 dimensions instead of 4/)
  })

  it.each([
    ['never answers', hang()],
    ['is too slow', delay(2_000, fail(500))],
  ])('ends in time with a server that %s', async (_how, answer) => {
    vendor.respondWith(() => answer)
    const failure = await failureOf(embedderFor('openai/anything', 50))
    expect(failure).toMatchObject({
      reason: 'unreachable',
      message: expect.stringMatching(/0\.05/),
    })
  })

  it('ends at once when it is cancelled, and with a server that is gone', async () => {
    vendor.respondWith(() => hang())
    const embedder = embedderFor('openai/anything')
    const cancelled = await embedder.embed(['1'], 'query', AbortSignal.abort())
    expect(cancelled.failure?.reason).toBe('aborted')
    await vendor.close()
    expect((await failureOf(embedder)).reason).toBe('unreachable')
  })
})
