import { estimatePrompt, estimateUsage } from '../estimate-usage.ts'
import type {
  CallOptions,
  ChatModel,
  ModelFailure,
  ModelRequest,
  ModelResult,
  ToolSpec,
} from '../model.ts'
import type { Provider, ProviderEndpoint } from '../providers.ts'
import { type CallLimits, type CallWatch, watchCall } from './call-watch.ts'
import {
  classifyEnding,
  classifyErrorAnswer,
  classifyRefusal,
  classifyThrown,
  invalidAnswer,
  type Target,
} from './classify-failure.ts'
import { parseAnswer } from './parse-answer.ts'
import { warnOfShortPrompt } from './prompt-warning.ts'
import { readCompletion } from './read-completion.ts'
import { createRedactor } from './redactor.ts'
import { sendRequest } from './send-request.ts'
import { toWire } from './to-wire.ts'

export interface OpenAiModelOptions {
  readonly provider: Provider
  readonly endpoint: ProviderEndpoint
  readonly model: string
  readonly limits: CallLimits
}

/** A model behind any endpoint that speaks OpenAI's chat completions. */
export function createOpenAiModel(options: OpenAiModelOptions): ChatModel {
  const { provider, endpoint, model, limits } = options
  const handle = `${provider.name}/${model}`
  const target: Target = {
    format: 'chat-completions',
    provider,
    model,
    baseUrl: endpoint.baseUrl,
  }

  const redactor = createRedactor(endpoint.key)

  const ask = async (
    request: ModelRequest,
    watch: CallWatch,
    onDelta: CallOptions['onDelta'],
  ): Promise<ModelResult> => {
    const stream = provider.quirks.stream || onDelta !== undefined
    const body = toWire({ model, handle, quirks: { ...provider.quirks, stream } }, request)
    const sent = await sendRequest(provider, endpoint, '/chat/completions', body, watch)
    if (sent.kind === 'refusal') {
      const { refusal } = sent
      return failed(
        classifyRefusal({ ...refusal, detail: redactor.detail(refusal.detail) }, target),
      )
    }
    const read = await readCompletion(sent.response, watch, onDelta)
    if (read.kind === 'invalid') return failed(invalidAnswer(read.problem, target))
    const parsed = parseAnswer(read.body, callableTools(request), handle)
    switch (parsed.kind) {
      case 'answer': {
        const { words, usage } = parsed
        const warnings =
          usage && provider.quirks.stream
            ? warnOfShortPrompt(provider.title, usage.promptTokens, estimatePrompt(request))
            : []
        return {
          kind: 'answer',
          answer: { ...words, usage: usage ?? estimateUsage(request, words), warnings },
        }
      }
      case 'error':
        return failed(classifyErrorAnswer(redactor.detail(parsed.detail), target))
      case 'invalid':
        return failed(invalidAnswer(parsed.problem, target))
    }
  }

  return {
    handle,
    warnings: [],
    async call(request, { signal, onDelta }) {
      const watch = watchCall(signal, limits)
      const result = await ask(request, watch, onDelta).catch((error: unknown) =>
        failed(classifyThrown(error, target)),
      )
      watch.stop()
      // An aborted call may reject, or end as if the answer were complete.
      const ending = watch.endedBy()
      const outcome = ending ? failed(classifyEnding(ending, limits, target)) : result
      return outcome.kind === 'failure' ? failed(redactor.failure(outcome.failure)) : outcome
    },
  }
}

function callableTools({ tools, toolChoice }: ModelRequest): readonly ToolSpec[] {
  return toolChoice === 'none' ? [] : tools
}

function failed(failure: ModelFailure): ModelResult {
  return { kind: 'failure', failure }
}
