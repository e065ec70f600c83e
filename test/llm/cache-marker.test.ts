import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ChatModel } from '../../src/llm/model.ts'
import { type ScriptedProvider, say, startScriptedProvider } from '../support/scripted-provider.ts'
import { answerOf, registryFrom, request } from './support.ts'

let vendor: ScriptedProvider
beforeEach(async () => {
  vendor = await startScriptedProvider()
})
afterEach(() => vendor.close())

function open(provider: string): Promise<ChatModel> {
  const registry = registryFrom({
    [`${provider.toUpperCase()}_BASE_URL`]: vendor.baseUrl,
    [`${provider.toUpperCase()}_API_KEY`]: 'sk-test-1234567890',
  })
  return registry.resolve(`${provider}/some-model`)
}

describe('the system message', () => {
  const asked = request([
    { role: 'system', text: 'You are Ada.' },
    { role: 'user', text: 'Hi' },
  ])

  it('carries a cache marker for a provider that passes it on, and is plain text for others', async () => {
    vendor.respondWith(() => say('Hello'))
    await answerOf(await open('openrouter'), asked)
    const part = { type: 'text', text: 'You are Ada.', cache_control: { type: 'ephemeral' } }
    expect(vendor.requests.at(-1)?.body.messages).toEqual([
      { role: 'system', content: [part] },
      { role: 'user', content: 'Hi' },
    ])
    for (const provider of ['openai', 'anthropic', 'vllm']) {
      await answerOf(await open(provider), asked)
      const [system] = vendor.requests.at(-1)?.body.messages ?? []
      expect(system).toEqual({ role: 'system', content: 'You are Ada.' })
    }
  })
})
