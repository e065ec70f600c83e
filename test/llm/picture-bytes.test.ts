import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { compileContext } from '../../src/agent/context/compile-context.ts'
import { withPictureData } from '../../src/agent/context/load-pictures.ts'
import { storedId } from '../../src/core/ids.ts'
import type { Message } from '../../src/core/message.ts'
import { toBody as toMessages } from '../../src/llm/messages/to-body.ts'
import type { ModelRequest } from '../../src/llm/model.ts'
import { adaptBody } from '../../src/llm/openai/adapt-body.ts'
import { toWire } from '../../src/llm/openai/to-wire.ts'
import { PROVIDERS } from '../../src/llm/providers.ts'
import { toBody as toResponses } from '../../src/llm/responses/to-body.ts'
import { bodyBytes } from '../../src/llm/wire/body-bytes.ts'
import { inputOf } from '../properties/histories.ts'

const of = { model: 'any', handle: 'any/any' }
const attempt = { learned: {}, withoutThoughts: false }
const [{ quirks }] = PROVIDERS as [(typeof PROVIDERS)[number]]

const WIRES = {
  'chat completions': (request: ModelRequest) => {
    const learned = { textContent: true, roles: 'alternate' } as const
    return bodyBytes(adaptBody(toWire({ ...of, quirks }, request), learned), 'messages')
  },
  messages: (request: ModelRequest) =>
    bodyBytes(toMessages(of, request, attempt, false), 'messages'),
  responses: (request: ModelRequest) =>
    bodyBytes(toResponses(of, request, attempt, false), 'input'),
}

const picture = { digest: 'any', mediaType: 'image/png', size: 1, width: 1, height: 1 } as const

/** A plain message, then one with a picture, and another plain one. */
const history: readonly Message[] = [undefined, [picture], undefined].map((pictures, index) => ({
  ...{ role: 'user', text: `message ${index}`, ...(pictures && { pictures }) },
  id: storedId('message', `message-00000000-0000-4000-8000-00000000000${index}`),
  ...({ agentId: 'agent-any', conversationId: 'conv-any', runId: null } as const),
  ...{ seq: index + 1, tokens: 10, createdAt: '2026-11-20T14:05:00.000Z' },
}))

const reads = { pictures: { bytes: async () => new Uint8Array([1]) } }

test.each(Object.entries(WIRES))(
  'the bytes of a picture go with the request: %s',
  async (_, make) => {
    setFlagsFromString('--expose-gc')
    const collect: () => void = runInNewContext('gc')
    const loaded = await (async () => {
      const { request } = compileContext(inputOf(history))
      const sent = await withPictureData(reads as never, 'agent-any', request)
      make(sent)
      return new WeakRef(sent.messages[2] as object)
    })()
    // A reference that was just made is held until the turn of the event loop is over.
    await new Promise((resolve) => setTimeout(resolve))
    collect()
    expect(loaded.deref()).toBeUndefined()
    expect(history).toHaveLength(3)
  },
)
