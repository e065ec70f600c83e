import type { ChatModel } from '../model.ts'
import { sendRequest } from '../openai/send-request.ts'
import { bodyBytes } from '../wire/body-bytes.ts'
import { createWireModel, type Wire, type WireModelOptions } from '../wire/wire-model.ts'
import { learnFrom } from './learn.ts'
import { parseResponse } from './parse-response.ts'
import { assembleResponse } from './stream.ts'
import { toBody } from './to-body.ts'

/** A model behind any endpoint that implements OpenAI's Responses API; nothing is stored there. */
export function createResponsesModel(options: WireModelOptions): ChatModel {
  return createWireModel(options, responses(options))
}

function responses({ provider, endpoint, model }: WireModelOptions): Wire {
  const handle = `${provider.name}/${model}`
  return {
    format: 'responses',
    toBody: (request, attempt, stream) => toBody({ model, handle }, request, attempt, stream),
    send: (body, watch) =>
      sendRequest(provider, endpoint, '/responses', bodyBytes(body, 'input'), watch),
    assemble: assembleResponse,
    parse: (body, tools) => parseResponse(body, tools, handle),
    learn: learnFrom,
  }
}
