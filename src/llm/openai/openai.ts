import type { TokenUsage } from '../../core/run.ts'
import { readWritten } from '../dialects/read-written.ts'
import { estimatePrompt, estimateUsage } from '../estimate-usage.ts'
import type { Lessons } from '../learned/learned.ts'
import type {
  CallOptions,
  ChatModel,
  ModelFailure,
  ModelRequest,
  ModelResult,
  ModelWords,
  ToolSpec,
} from '../model.ts'
import type { Provider, ProviderEndpoint } from '../providers.ts'
import { adaptBody } from './adapt-body.ts'
import { type CallLimits, type CallWatch, watchCall } from './call-watch.ts'
import type { Fields } from './chat-extras.ts'
import {
  classifyEnding,
  classifyErrorAnswer,
  classifyRefusal,
  classifyThrown,
  invalidAnswer,
  type Refusal,
  type Target,
} from './classify-failure.ts'
import { isFiltered } from './content-filter.ts'
import { learnFrom } from './learn.ts'
import { overflowIn } from './overflow.ts'
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
  readonly lessons: Lessons
}

/** A server that refuses one thing after the other is not the one that was meant. */
const MOST_LESSONS = 6

type Reply =
  | { readonly kind: 'result'; readonly result: ModelResult }
  | { readonly kind: 'refusal'; readonly refusal: Refusal }

/** A model behind any endpoint that speaks OpenAI's chat completions. */
export function createOpenAiModel(options: OpenAiModelOptions): ChatModel {
  const { provider, endpoint, model, limits, lessons } = options
  const handle = `${provider.name}/${model}`
  const target: Target = {
    format: 'chat-completions',
    provider,
    model,
    baseUrl: endpoint.baseUrl,
  }

  const redactor = createRedactor(endpoint.key)

  /** Asks, and once more with each thing that a refusal teaches. */
  const ask = async (
    request: ModelRequest,
    watch: CallWatch,
    onDelta: CallOptions['onDelta'],
  ): Promise<ModelResult> => {
    const stream = provider.quirks.stream || onDelta !== undefined
    let learned = await lessons.get(endpoint.baseUrl, model)
    for (let taught = 0; ; taught += 1) {
      const toolChoice = learned.toolChoice ?? provider.quirks.toolChoice
      const quirks = { ...provider.quirks, stream, toolChoice }
      const body = adaptBody(toWire({ model, handle, quirks }, request), learned)
      const reply = await send(body, request, watch, onDelta)
      if (reply.kind === 'result') {
        if (taught > 0) await lessons.keep(endpoint.baseUrl, model, learned)
        return reply.result
      }
      const { refusal } = reply
      const next =
        taught < MOST_LESSONS && !isAboutContent(refusal, request)
          ? learnFrom(refusal.status, refusal.detail, body, learned)
          : undefined
      if (!next) return failed(classifyRefusal(refusal, target, estimatePrompt(request)))
      learned = next
    }
  }

  const isAboutContent = ({ status, detail }: Refusal, request: ModelRequest): boolean =>
    isFiltered(status, detail) || overflowIn(status, detail, estimatePrompt(request)) !== undefined

  const send = async (
    body: Fields,
    request: ModelRequest,
    watch: CallWatch,
    onDelta: CallOptions['onDelta'],
  ): Promise<Reply> => {
    const sent = await sendRequest(provider, endpoint, '/chat/completions', body, watch)
    if (sent.kind === 'refusal') {
      const refusal = { ...sent.refusal, detail: redactor.detail(sent.refusal.detail) }
      const answer = answerIn(refusal.detail.failedGeneration, request)
      return answer ? { kind: 'result', result: answer } : { kind: 'refusal', refusal }
    }
    const read = await readCompletion(sent.response, watch, onDelta)
    if (read.kind === 'invalid') return result(failed(invalidAnswer(read.problem, target)))
    const parsed = parseAnswer(read.body, callableTools(request), handle)
    switch (parsed.kind) {
      case 'answer':
        return result(answerOf(parsed.words, parsed.usage, request))
      case 'error': {
        const detail = redactor.detail(parsed.detail)
        const answer = answerIn(detail.failedGeneration, request)
        return result(answer ?? failed(classifyErrorAnswer(detail, target)))
      }
      case 'invalid':
        return result(failed(invalidAnswer(parsed.problem, target)))
    }
  }

  const answerOf = (
    words: ModelWords,
    usage: TokenUsage | null,
    request: ModelRequest,
  ): ModelResult => ({
    kind: 'answer',
    answer: {
      ...words,
      usage: usage ?? estimateUsage(request, words),
      warnings:
        usage && provider.quirks.stream
          ? warnOfShortPrompt(provider.title, usage.promptTokens, estimatePrompt(request))
          : [],
    },
  })

  /** The call in what a server could not read of its model's answer, and therefore refused. */
  const answerIn = (written: string, request: ModelRequest): ModelResult | undefined => {
    const { text, calls } = readWritten(written, '', callableTools(request))
    const isWhole = calls.length > 0 && calls.every(({ problem }) => problem === undefined)
    if (!isWhole) return undefined
    return answerOf({ text, reasoning: '', toolCalls: calls, finish: 'stop' }, null, request)
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

function result(of: ModelResult): Reply {
  return { kind: 'result', result: of }
}

function failed(failure: ModelFailure): ModelResult {
  return { kind: 'failure', failure }
}
