import { redactSecrets } from '../core/redact.ts'
import { type CallLimits, type CallWatch, USUAL_LIMITS, watchCall } from './call-watch.ts'
import {
  classifyEnding,
  classifyErrorAnswer,
  classifyRefusal,
  classifyThrown,
  invalidAnswer,
  type Target,
} from './classify-failure.ts'
import { estimateUsage } from './estimate-usage.ts'
import type { ChatModel, ModelFailure, ModelRequest, ModelResult } from './model.ts'
import { parseAnswer } from './parse-answer.ts'
import type { Provider, ProviderEndpoint } from './providers.ts'
import { readCompletion } from './read-completion.ts'
import { sendRequest } from './send-request.ts'
import { toWire } from './to-wire.ts'

export interface OpenAiModelOptions {
  readonly provider: Provider
  readonly endpoint: ProviderEndpoint
  readonly model: string
  readonly limits?: CallLimits
}

/** A model behind any endpoint that speaks OpenAI's chat completions. */
export function createOpenAiModel(options: OpenAiModelOptions): ChatModel {
  const { provider, endpoint, model, limits = USUAL_LIMITS } = options
  const target: Target = { provider, model, baseUrl: endpoint.baseUrl }

  const ask = async (request: ModelRequest, watch: CallWatch): Promise<ModelResult> => {
    const body = toWire(model, request, provider.quirks)
    const sent = await sendRequest(provider, endpoint, body, watch)
    if (sent.kind === 'refusal') return failed(classifyRefusal(sent.refusal, target))
    const read = await readCompletion(sent.response, watch)
    if (read.kind === 'invalid') return failed(invalidAnswer(read.problem, target))
    const parsed = parseAnswer(read.body)
    switch (parsed.kind) {
      case 'answer': {
        const usage = parsed.usage ?? estimateUsage(request, parsed.answer)
        return { kind: 'answer', answer: { ...parsed.answer, usage } }
      }
      case 'error':
        return failed(classifyErrorAnswer(parsed.detail, target))
      case 'invalid':
        return failed(invalidAnswer(parsed.problem, target))
    }
  }

  const redact = (failure: ModelFailure): ModelFailure => ({
    ...failure,
    message: redactSecrets(failure.message, [endpoint.key]),
    hint: redactSecrets(failure.hint, [endpoint.key]),
  })

  return {
    handle: `${provider.name}/${model}`,
    warnings: [],
    async call(request, signal) {
      const watch = watchCall(signal, limits)
      const result = await ask(request, watch).catch((error: unknown) =>
        failed(classifyThrown(error, target)),
      )
      watch.stop()
      // An aborted call may reject, or end as if the answer were complete.
      const ending = watch.endedBy()
      const outcome = ending ? failed(classifyEnding(ending, limits, target)) : result
      return outcome.kind === 'failure' ? failed(redact(outcome.failure)) : outcome
    },
  }
}

function failed(failure: ModelFailure): ModelResult {
  return { kind: 'failure', failure }
}
