import type { ChatModel } from '../model.ts'
import { bodyBytes } from '../wire/body-bytes.ts'
import { createWireModel, type Wire, type WireModelOptions } from '../wire/wire-model.ts'
import { learnFrom } from './learn.ts'
import { parseMessage } from './parse-message.ts'
import { sendMessages } from './send-messages.ts'
import { assembleMessage } from './stream.ts'
import { toBody } from './to-body.ts'

/** A model behind any endpoint that implements Anthropic's Messages API. `otherwise`: used if the endpoint does not. */
export function createMessagesModel(options: WireModelOptions, otherwise?: ChatModel): ChatModel {
  return createWireModel(options, messages(options), otherwise)
}

function messages({ provider, endpoint, model }: WireModelOptions): Wire {
  const handle = `${provider.name}/${model}`
  return {
    format: 'messages',
    toBody: (request, attempt, stream) => toBody({ model, handle }, request, attempt, stream),
    send: (body, watch) => sendMessages(endpoint, bodyBytes(body, 'messages'), watch),
    assemble: assembleMessage,
    parse: (body, tools) => parseMessage(body, tools, handle),
    learn: learnFrom,
  }
}
