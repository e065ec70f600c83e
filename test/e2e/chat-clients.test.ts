import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askAt } from '../rest/requests.ts'
import { startServe } from '../support/connect.ts'
import {
  callTool,
  type ScriptedProvider,
  say,
  startScriptedProvider,
} from '../support/scripted-provider.ts'
import { newHome, removeHomes, withModel } from './support.ts'

/* Programs that speak OpenAI's chat completions hold a conversation through their own packages. */

let provider: ScriptedProvider
beforeAll(async () => {
  provider = await startScriptedProvider()
})
afterAll(async () => {
  await provider.close()
  removeHomes()
})

interface Said {
  readonly role: 'user' | 'assistant'
  readonly content: string
}
type Chat = (origin: string, model: string, transcript: readonly Said[]) => Promise<string>

const CLIENTS: readonly (readonly [name: string, chat: Chat])[] = [
  [
    'openai',
    async (origin, model, transcript) => {
      const client = new OpenAI({ baseURL: `${origin}/openai/v1`, apiKey: 'none' })
      const messages = [...transcript]
      const { choices } = await client.chat.completions.create({ model, messages })
      return choices[0]?.message.content ?? ''
    },
  ],
  [
    '@ai-sdk/openai-compatible',
    async (origin, model, transcript) => {
      const own = createOpenAICompatible({ name: 'recollect', baseURL: `${origin}/openai/v1` })
      const prompt = transcript.map(({ role, content }) => ({
        role,
        content: [{ type: 'text' as const, text: content }],
      }))
      const { content } = await own.chatModel(model).doGenerate({ prompt })
      return content.map((part) => (part.type === 'text' ? part.text : '')).join('')
    },
  ],
]

describe.each(CLIENTS)('%s', (_, chat) => {
  it('holds ten turns across two processes: the agent remembers, and nothing is stored twice', async () => {
    const environment = withModel(newHome(), provider)
    let serving = await startServe(environment)
    const origin = () => new URL(serving.url).origin
    const { json } = await askAt(serving.url)('POST', '/v1/agents/', {
      memory_blocks: [{ label: 'human', value: 'Nothing yet.' }],
    })
    const transcript: Said[] = []
    for (let turn = 1; turn <= 10; turn += 1) {
      if (turn === 2)
        provider.enqueue(callTool('memory_rethink', { label: 'human', new_memory: 'Likes clay.' }))
      if (turn === 6) {
        await serving.stop()
        serving = await startServe(environment)
      }
      provider.enqueue(say(`answer ${turn}`))
      transcript.push({ role: 'user', content: `question ${turn}` })
      const content = await chat(origin(), json.id, transcript)
      expect(content).toBe(`answer ${turn}`)
      transcript.push({ role: 'assistant', content })
    }
    const sent = JSON.stringify(provider.requests.at(-1)?.body.messages)
    expect(sent).toContain('Likes clay.')
    expect(sent.split('question 1"').length - 1).toBe(1)
    const ask = askAt(serving.url)
    const { json: all } = await ask('GET', `/v1/conversations?agent_id=${json.id}`)
    expect(all).toHaveLength(1)
    const { json: messages } = await ask('GET', `/v1/conversations/${all[0].id}/messages`)
    const users = messages.filter(
      (one: { message_type: string }) => one.message_type === 'user_message',
    )
    expect(users.map((one: { content: string }) => one.content)).toEqual(
      transcript.filter(({ role }) => role === 'user').map(({ content }) => content),
    )
    await serving.stop()
  }, 60_000)
})
