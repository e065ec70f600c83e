import { remembered } from '../../core/remembered.ts'
import type { ChatModel } from '../model.ts'
import type { Quirks } from '../providers.ts'
import { bodyBytes } from '../wire/body-bytes.ts'
import { createWireModel, type Wire, type WireModelOptions } from '../wire/wire-model.ts'
import { adaptBody } from './adapt-body.ts'
import { learnFrom } from './learn.ts'
import { parseAnswer } from './parse-answer.ts'
import { sendRequest } from './send-request.ts'
import { assembleStream } from './stream.ts'
import { toWire } from './to-wire.ts'

/** A model behind any endpoint that implements OpenAI's chat completions API. */
export function createOpenAiModel(options: WireModelOptions): ChatModel {
  return createWireModel(options, chatCompletions(options))
}

/** The same object for the same values, by which written messages are remembered. */
const quirksFor = remembered(
  (quirks: Quirks, stream: boolean, toolChoice: Quirks['toolChoice']): Quirks => ({
    ...quirks,
    stream,
    toolChoice,
  }),
)

function chatCompletions({ provider, endpoint, model }: WireModelOptions): Wire {
  const handle = `${provider.name}/${model}`
  return {
    format: 'chat-completions',
    toBody(request, { learned }, stream) {
      const toolChoice = learned.toolChoice ?? provider.quirks.toolChoice
      const quirks = quirksFor(provider.quirks, stream, toolChoice)
      return adaptBody(toWire({ model, handle, quirks }, request), learned)
    },
    send: (body, watch) => {
      const bytes = bodyBytes(body, 'messages')
      return sendRequest(provider, endpoint, '/chat/completions', bytes, watch)
    },
    assemble: assembleStream,
    parse: (body, tools) => parseAnswer(body, tools, handle),
    learn(refusal, body, attempt) {
      const learned = learnFrom(refusal, body, attempt.learned)
      return learned && { ...attempt, learned }
    },
  }
}
