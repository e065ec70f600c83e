import type { TokenUsage } from '../../core/run.ts'
import { readWritten } from '../dialects/read-written.ts'
import { estimatePrompt, estimateUsage } from '../estimate-usage.ts'
import type { Learned, Lessons } from '../learned/learned.ts'
import type {
  CallOptions,
  ChatModel,
  ModelFailure,
  ModelRequest,
  ModelResult,
  ModelWords,
  ToolSpec,
} from '../model.ts'
import { showsPictures, toldInWords } from '../pictures.ts'
import type { Provider, ProviderEndpoint } from '../providers.ts'
import { saysBlind } from './blindness.ts'
import { type CallLimits, type CallWatch, watchCall } from './call-watch.ts'
import {
  classifyEnding,
  classifyErrorAnswer,
  classifyRefusal,
  classifyThrown,
  invalidAnswer,
  type ProviderRefusal,
} from './classify-failure.ts'
import { isFiltered } from './content-filter.ts'
import type { Fields } from './fields.ts'
import type { Sent } from './guarded-fetch.ts'
import { overflowIn } from './overflow.ts'
import type { ParsedAnswer } from './parsed-answer.ts'
import { warnOfShortPrompt } from './prompt-warning.ts'
import { readAnswer, type StreamAssembly } from './read-answer.ts'
import { createRedactor } from './redactor.ts'
import type { Target } from './target.ts'

export interface WireModelOptions {
  readonly provider: Provider
  readonly endpoint: ProviderEndpoint
  readonly model: string
  readonly limits: CallLimits
  readonly lessons: Lessons
}

/** How a request is made after earlier refusals. */
export interface Attempt {
  /** Stored for later requests. */
  readonly learned: Learned
  /** Earlier thinking is left out of this request, because its signatures were refused. */
  readonly withoutThoughts: boolean
}

/** One of the supported APIs: how a request is sent, how an answer is read, and how a refusal is learned from. */
export interface Wire {
  readonly format: Exclude<Target['format'], 'embeddings'>
  toBody(request: ModelRequest, attempt: Attempt, stream: boolean): Fields
  send(body: Fields, watch: CallWatch): Promise<Sent>
  assemble(onDelta: CallOptions['onDelta']): StreamAssembly
  parse(body: unknown, tools: readonly ToolSpec[]): ParsedAnswer
  /** Undefined: the refusal teaches nothing. */
  learn(refusal: ProviderRefusal, body: Fields, attempt: Attempt): Attempt | undefined
}

/** A server that keeps refusing is not fixed by more lessons. Chosen by hand. */
const MAX_LESSONS = 6

/** The endpoint seems to support only another API. `failure`: the error if that one does not answer either. */
interface Unknown {
  readonly kind: 'unknown'
  readonly failure?: ModelFailure
}

const UNKNOWN: Unknown = { kind: 'unknown' }

type Reply =
  | { readonly kind: 'result'; readonly result: ModelResult }
  | { readonly kind: 'refusal'; readonly refusal: ProviderRefusal }
  /** An answer in the format of another API, with the error if that one does not answer either. */
  | { readonly kind: 'foreign'; readonly failure: ModelFailure }

/**
 * A model behind an endpoint that uses `wire`. `otherwise`: used from then on if the endpoint turns out not to support
 * the wire at all.
 */
export function createWireModel(
  options: WireModelOptions,
  wire: Wire,
  otherwise?: ChatModel,
): ChatModel {
  const { provider, endpoint, model, limits, lessons } = options
  const handle = `${provider.name}/${model}`
  const target: Target = { format: wire.format, provider, model, baseUrl: endpoint.baseUrl }
  const redactor = createRedactor(endpoint.key)

  /** Sends the request, and again after each lesson from a refusal. */
  const ask = async (
    request: ModelRequest,
    watch: CallWatch,
    onDelta: CallOptions['onDelta'],
  ): Promise<ModelResult | Unknown> => {
    const stream = provider.quirks.stream || onDelta !== undefined
    const known = await lessons.get(endpoint.baseUrl, model)
    if (otherwise && known.api === 'chat') return UNKNOWN
    let attempt: Attempt = { learned: known, withoutThoughts: false }
    for (let taught = 0; ; taught += 1) {
      const shown = attempt.learned.sees === false ? toldInWords(request) : request
      const body = wire.toBody(shown, attempt, attempt.learned.stream ?? stream)
      const reply = await send(body, shown, watch, onDelta)
      if (reply.kind === 'result') {
        if (attempt.learned !== known) await lessons.keep(endpoint.baseUrl, model, attempt.learned)
        const isNews = attempt.learned.sees === false && known.sees !== false
        return isNews ? withWarning(reply.result, toldWarning(handle)) : reply.result
      }
      if (reply.kind === 'foreign') {
        return otherwise ? { kind: 'unknown', failure: reply.failure } : failed(reply.failure)
      }
      const { refusal } = reply
      const next =
        taught < MAX_LESSONS && !isAboutContent(refusal, request)
          ? (learnSight(refusal, shown, attempt) ?? wire.learn(refusal, body, attempt))
          : undefined
      if (!next && otherwise && isNotFound(refusal)) return UNKNOWN
      if (!next) return failed(classifyRefusal(refusal, target, estimatePrompt(request)))
      attempt = next
    }
  }

  const isAboutContent = ({ status, detail }: ProviderRefusal, request: ModelRequest): boolean =>
    isFiltered(status, detail) || overflowIn(status, detail, estimatePrompt(request)) !== undefined

  const send = async (
    body: Fields,
    request: ModelRequest,
    watch: CallWatch,
    onDelta: CallOptions['onDelta'],
  ): Promise<Reply> => {
    const sent = await wire.send(body, watch)
    if (sent.kind === 'refusal') {
      const refusal = { ...sent.refusal, detail: redactor.detail(sent.refusal.detail) }
      const answer = answerIn(refusal.detail.failedGeneration, request)
      return answer ? result(answer) : { kind: 'refusal', refusal }
    }
    const read = await readAnswer(sent.response, watch, () => wire.assemble(onDelta))
    if (read.kind === 'invalid') return result(failed(invalidAnswer(read.problem, target)))
    const parsed = wire.parse(read.body, callableTools(request))
    switch (parsed.kind) {
      case 'answer':
        return result(answerOf(parsed.words, parsed.usage, request))
      case 'error': {
        const detail = redactor.detail(parsed.detail)
        const answer = answerIn(detail.failedGeneration, request)
        return result(answer ?? failed(classifyErrorAnswer(detail, target)))
      }
      case 'invalid':
        return { kind: 'foreign', failure: invalidAnswer(parsed.problem, target) }
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

  /** Reads a call from model output that the server could not parse and therefore refused. */
  const answerIn = (written: string, request: ModelRequest): ModelResult | undefined => {
    const { text, calls } = readWritten(written, '', callableTools(request))
    const isWhole = calls.length > 0 && calls.every(({ problem }) => problem === undefined)
    if (!isWhole) return undefined
    return answerOf({ text, reasoning: '', toolCalls: calls, finish: 'stop' }, null, request)
  }

  /** Tries the other wire, and remembers it if it answers. */
  const askOtherwise = async (
    other: ChatModel,
    request: ModelRequest,
    callOptions: CallOptions,
    failure: ModelFailure | undefined,
  ): Promise<ModelResult> => {
    const outcome = await other.call(request, callOptions)
    if (outcome.kind === 'failure') return failure ? failed(failure) : outcome
    const learned = await lessons.get(endpoint.baseUrl, model)
    if (learned.api !== 'chat') {
      await lessons.keep(endpoint.baseUrl, model, { ...learned, api: 'chat' })
    }
    return outcome
  }

  return {
    handle,
    warnings: [],
    async api() {
      const { api } = await lessons.get(endpoint.baseUrl, model)
      return wire.format === 'chat-completions' || (otherwise && api === 'chat')
        ? 'chat'
        : wire.format
    },
    sees: async () => (await lessons.get(endpoint.baseUrl, model)).sees !== false,
    async call(request, callOptions) {
      const watch = watchCall(callOptions.signal, limits)
      const asked = await ask(request, watch, callOptions.onDelta).catch((error: unknown) =>
        failed(classifyThrown(error, target)),
      )
      watch.stop()
      // An aborted call may reject, or end as if the answer were complete.
      const ending = watch.endedBy()
      if (ending) return failed(redactor.failure(classifyEnding(ending, limits, target)))
      if (asked.kind === 'unknown') {
        if (!otherwise) return failed(asked.failure ?? invalidAnswer('no answer', target))
        const failure = asked.failure && redactor.failure(asked.failure)
        return askOtherwise(otherwise, request, callOptions, failure)
      }
      return asked.kind === 'failure' ? failed(redactor.failure(asked.failure)) : asked
    },
  }
}

function learnSight(
  refusal: ProviderRefusal,
  request: ModelRequest,
  attempt: Attempt,
): Attempt | undefined {
  if (!showsPictures(request) || !saysBlind(refusal)) return undefined
  return { ...attempt, learned: { ...attempt.learned, sees: false } }
}

function toldWarning(handle: string): string {
  return `${handle} sees no pictures, so the agent was only told that they are there.`
}

function withWarning(result: ModelResult, warning: string): ModelResult {
  if (result.kind === 'failure') return result
  const { answer } = result
  return { kind: 'answer', answer: { ...answer, warnings: [...answer.warnings, warning] } }
}

function isNotFound({ status }: ProviderRefusal): boolean {
  return status === 404 || status === 405
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
