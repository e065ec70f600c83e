import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readProviderSettings } from '../../src/llm/providers.ts'
import { type ScriptedProvider, say, startScriptedProvider } from '../support/scripted-provider.ts'
import { answerOf, type Environment, registryFrom, request } from './support.ts'

describe('the model of an agent that names none', () => {
  it.each<[string, Environment, string, RegExp]>([
    [
      'is RECOLLECT_MODEL before all',
      { RECOLLECT_MODEL: 'groq/some/model', GROQ_API_KEY: 'k', OPENAI_API_KEY: 'k' },
      'groq/some/model',
      /RECOLLECT_MODEL/,
    ],
    [
      'is of the first provider with a key, in the order of the table',
      { XAI_API_KEY: 'k', ANTHROPIC_API_KEY: 'k', GROQ_API_KEY: 'k' },
      'anthropic/claude-sonnet-4-5',
      /ANTHROPIC_API_KEY/,
    ],
    [
      'is of a provider that has a base URL only',
      { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' },
      'openai/gpt-4.1-mini',
      /OPENAI_BASE_URL/,
    ],
    [
      'takes an empty key for none',
      { OPENAI_API_KEY: ' ', GEMINI_API_KEY: 'k' },
      'google/gemini-2.5-flash',
      /GEMINI_API_KEY/,
    ],
    ['is the rehearsal when there is nothing else', {}, 'offline/rehearsal', /no Ollama/],
  ])('%s', async (_rule, environment, handle, reason) => {
    const registry = registryFrom(environment)
    expect((await registry.resolve(null)).handle).toBe(handle)
    const description = await registry.describeDefault()
    expect(description.handle).toBe(handle)
    expect(description.reason).toMatch(reason)
  })
})

describe('with a server that lists its models', () => {
  let vendor: ScriptedProvider
  beforeEach(async () => {
    vendor = await startScriptedProvider({ models: ['nomic-embed-text', 'qwen3:8b', 'gemma3'] })
  })
  afterEach(() => vendor.close())

  it('an Ollama that answers is chosen, with its first model that can chat', async () => {
    const registry = registryFrom({ OLLAMA_HOST: new URL(vendor.baseUrl).host })
    expect(await registry.describeDefault()).toEqual({
      handle: 'ollama/qwen3:8b',
      reason: `Ollama answers at ${vendor.baseUrl}`,
    })
    vendor.enqueue(say('Hi.'))
    const answer = await answerOf(await registry.resolve(null), request('Hello'))
    expect(answer.text).toBe('Hi.')
  })

  it('available models are those configured, and those of an Ollama only if it answers', async () => {
    const registry = registryFrom({
      OPENAI_BASE_URL: vendor.baseUrl,
      VLLM_BASE_URL: 'http://127.0.0.1:1/v1',
      OLLAMA_HOST: '127.0.0.1:1',
    })
    expect(await registry.offers()).toEqual([
      { provider: 'openai', models: ['qwen3:8b', 'gemma3'] },
      { provider: 'vllm', models: null },
    ])
    const found = registryFrom({ OLLAMA_HOST: new URL(vendor.baseUrl).host })
    expect(await found.offers()).toEqual([{ provider: 'ollama', models: ['qwen3:8b', 'gemma3'] }])
  })

  it('prices are those that the provider tells, per million tokens', async () => {
    const priced = await startScriptedProvider({
      models: ['cheap', 'cached', 'unpriced', 'router'],
      pricing: {
        cheap: { prompt: '0.00000015', completion: '0' },
        cached: { prompt: '0.000003', completion: '0.000015', input_cache_read: '0.0000003' },
        router: { prompt: '-1', completion: '-1' },
      },
    })
    const registry = registryFrom({
      OPENROUTER_API_KEY: 'k',
      OPENROUTER_BASE_URL: priced.baseUrl,
    })
    const [offer] = await registry.offers()
    expect(offer?.models).toEqual(['cheap', 'cached', 'unpriced', 'router'])
    expect(Object.fromEntries(offer?.prices ?? [])).toEqual({
      cheap: { input: 0.15, output: 0 },
      cached: { input: 3, output: 15, cachedInput: 0.3 },
    })
    await priced.close()
  })

  it('a local engine that was configured serves the first model it lists', async () => {
    const registry = registryFrom({ LMSTUDIO_BASE_URL: vendor.baseUrl })
    expect((await registry.resolve(null)).handle).toBe('lmstudio/qwen3:8b')
  })
})

it('an Ollama without models is skipped, and the reason says so', async () => {
  const vendor = await startScriptedProvider({ models: [] })
  const registry = registryFrom({ OLLAMA_HOST: new URL(vendor.baseUrl).host })
  const { handle, reason } = await registry.describeDefault()
  const { warnings } = await registry.resolve(null)
  await vendor.close()
  expect(handle).toBe('offline/rehearsal')
  expect(reason).toMatch(/has no model/)
  expect(warnings.join(' ')).toMatch(/ollama pull/)
})

describe('a handle', () => {
  it('of an unknown provider is refused with the known ones', () => {
    const check = () => registryFrom({}).check('acme/gpt')
    expect(check).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
    expect(check).toThrow(/openai, anthropic, google, ollama/)
  })

  it.each(['gpt-4.1', 'openai/', '/gpt', '', 'offline/other'])('"%s" is not a handle', (handle) => {
    expect(() => registryFrom({}).check(handle)).toThrow(/provider\/model/)
  })

  it('may name a model with slashes and colons', async () => {
    const registry = registryFrom({ OPENROUTER_API_KEY: 'k' })
    const handle = 'openrouter/meta/llama-3:free'
    registry.check(handle)
    expect((await registry.resolve(handle)).handle).toBe(handle)
  })

  it('of a provider without its key names the variable to set', async () => {
    const registry = registryFrom({})
    registry.check('mistral/mistral-large-latest')
    await expect(registry.resolve('mistral/mistral-large-latest')).rejects.toMatchObject({
      code: 'model_unavailable',
      message: expect.stringContaining('MISTRAL_API_KEY'),
    })
  })

  it('of a local engine needs no setting', async () => {
    expect((await registryFrom({}).resolve('vllm/any')).handle).toBe('vllm/any')
  })
})

describe('provider settings', () => {
  it('complete an address without a path', () => {
    const settings = readProviderSettings({
      OPENAI_BASE_URL: 'http://localhost:9999/',
      OLLAMA_BASE_URL: 'http://localhost:11434',
      GROQ_BASE_URL: 'https://proxy.example/groq/',
    })
    expect(settings.get('openai')).toEqual({
      baseUrl: 'http://localhost:9999/v1',
      key: '',
      isConfigured: true,
    })
    expect(settings.get('ollama')?.baseUrl).toBe('http://localhost:11434/v1')
    expect(settings.get('groq')?.baseUrl).toBe('https://proxy.example/groq')
  })

  it.each([
    ['0.0.0.0', 'http://127.0.0.1:11434/v1'],
    ['0.0.0.0:5000', 'http://127.0.0.1:5000/v1'],
    ['box.example', 'http://box.example:11434/v1'],
    ['https://box.example', 'https://box.example/v1'],
  ])('look for Ollama where OLLAMA_HOST %s says', (host, baseUrl) => {
    const settings = readProviderSettings({ OLLAMA_HOST: host })
    expect(settings.get('ollama')).toEqual({ baseUrl, key: '', isConfigured: false })
  })

  it.each(['localhost', 'ftp://host/v1', 'http://me:hunter2@host/v1'])(
    'refuse %s as a base URL without repeating it',
    (url) => {
      const read = () => readProviderSettings({ OPENAI_BASE_URL: url })
      expect(read).toThrow(/^OPENAI_BASE_URL is not a base URL/)
      expect(read).not.toThrow(/hunter2/)
    },
  )
})
