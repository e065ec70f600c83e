import { cleanText } from '../../core/text.ts'
import { toUnitLength } from '../../core/unit-length.ts'
import type { Embedded, Embedder, EmbeddingResult, TextPurpose } from '../embedder.ts'
import type { ModelFailure } from '../model.ts'
import { sendRequest } from '../openai/send-request.ts'
import type { ProviderEndpoint } from '../providers.ts'
import { type CallLimits, type CallWatch, watchCall } from '../wire/call-watch.ts'
import {
  classifyEnding,
  classifyErrorAnswer,
  classifyRefusal,
  classifyThrown,
  invalidAnswer,
} from '../wire/classify-failure.ts'
import { createRedactor } from '../wire/redactor.ts'
import type { Target } from '../wire/target.ts'
import { embedInTurn, halves, toBatches, withEmptyTexts } from './embedding-batches.ts'
import type { EmbeddingHandle } from './embedding-handle.ts'
import { readEmbeddings } from './read-embeddings.ts'

export interface OpenAiEmbedderOptions {
  readonly handle: Extract<EmbeddingHandle, { kind: 'endpoint' }>
  readonly endpoint: ProviderEndpoint
  readonly limits: CallLimits
}

/** Characters. If even this short start of a text is refused, length is not the reason. Chosen by hand. */
const MIN_START = 200

type Asked =
  | { readonly kind: 'vectors'; readonly vectors: readonly Float32Array[] }
  | {
      readonly kind: 'failure'
      readonly failure: ModelFailure
      /** The request itself was refused, so one of its texts may be the cause. */
      readonly isBadRequest: boolean
    }

/** An embedding model behind any endpoint that implements OpenAI's embeddings API. */
export function createOpenAiEmbedder(options: OpenAiEmbedderOptions): Embedder {
  const { endpoint, limits } = options
  const { handle, provider, model, traits, askedDimension } = options.handle
  const target: Target = { format: 'embeddings', provider, model, baseUrl: endpoint.baseUrl }
  const redactor = createRedactor(endpoint.key)
  let seenDimension: number | null = null
  let asksForBase64 = true
  /** After the first success, a refused request is refused for its texts. */
  let hasAnswered = false

  const send = async (inputs: readonly string[], watch: CallWatch): Promise<Asked> => {
    const body = {
      model,
      input: inputs,
      ...(asksForBase64 ? { encoding_format: 'base64' } : {}),
      ...(askedDimension !== null && askedDimension !== traits.dimension
        ? { dimensions: askedDimension }
        : {}),
    }
    const sent = await sendRequest(provider, endpoint, '/embeddings', body, watch)
    if (sent.kind === 'refusal') {
      const { refusal } = sent
      const failure = classifyRefusal(
        { ...refusal, detail: redactor.detail(refusal.detail) },
        target,
      )
      return failed(failure, [400, 413, 422].includes(refusal.status))
    }
    const read = await readEmbeddings(sent.response, inputs.length, watch)
    if (read.kind === 'error')
      return failed(classifyErrorAnswer(redactor.detail(read.detail), target))
    return read.kind === 'invalid' ? failed(invalidAnswer(read.problem, target)) : read
  }

  const call = async (inputs: readonly string[], signal: AbortSignal): Promise<Asked> => {
    const watch = watchCall(signal, limits)
    const result = await send(inputs, watch).catch((error: unknown) =>
      failed(classifyThrown(error, target)),
    )
    watch.stop()
    const ending = watch.endedBy()
    return ending ? failed(classifyEnding(ending, limits, target)) : result
  }

  /** Some servers refuse an unknown `encoding_format` instead of ignoring it. */
  const ask = async (inputs: readonly string[], signal: AbortSignal): Promise<Asked> => {
    const first = await call(inputs, signal)
    if (first.kind === 'vectors') hasAnswered = true
    if (first.kind === 'vectors' || !first.isBadRequest || hasAnswered || !asksForBase64) {
      return first
    }
    asksForBase64 = false
    const second = await call(inputs, signal)
    if (second.kind === 'vectors') hasAnswered = true
    else asksForBase64 = true
    return second.kind === 'vectors' ? second : first
  }

  /** Texts that are not empty, few enough for one call. */
  const embedBatch = async (
    texts: readonly string[],
    prefix: string,
    signal: AbortSignal,
  ): Promise<EmbeddingResult> => {
    const inputs = texts.map((text) => `${prefix}${text}`)
    const asked = await ask(inputs, signal)
    if (asked.kind === 'vectors') return checkVectors(asked.vectors)
    const { failure, isBadRequest } = asked
    const isTooLong = failure.reason === 'context_overflow'
    if (!isBadRequest && !isTooLong) return { embedded: [], failure }
    if (texts.length > 1) {
      if (!isTooLong && !(await takesOthers(signal))) return { embedded: [], failure }
      return embedInTurn(halves(texts), (half) => embedBatch(half, prefix, signal))
    }
    const [text = ''] = texts
    if (isTooLong && text.length > MIN_START) {
      // If a text is too long, its beginning is embedded for the whole.
      return embedBatch([cleanText(text.slice(0, text.length / 2))], prefix, signal)
    }
    if (!(await takesOthers(signal))) return { embedded: [], failure }
    return {
      embedded: [{ kind: 'refused', problem: redactor.failure(failure).message }],
      failure: null,
    }
  }

  const takesOthers = async (signal: AbortSignal): Promise<boolean> =>
    hasAnswered || (await ask(['text'], signal)).kind === 'vectors'

  const checkVectors = (vectors: readonly Float32Array[]): EmbeddingResult => {
    const embedded: Embedded[] = []
    for (const given of vectors) {
      const expected = askedDimension ?? seenDimension ?? given.length
      // A server that ignores `dimensions` sends the full vector, whose prefix is the shorter vector.
      const isLonger = askedDimension !== null && given.length > askedDimension
      const vector = isLonger && traits.canBeShortened ? given.slice(0, expected) : given
      if (vector.length !== expected) {
        const problem = `vectors of ${given.length} dimensions instead of ${expected}`
        return { embedded, failure: wrongDimension(problem) }
      }
      const unit = toUnitLength(vector)
      if (unit) seenDimension ??= unit.length
      embedded.push(unit ? { kind: 'vector', vector: unit } : refusedVector(vector))
    }
    return { embedded, failure: null }
  }

  const wrongDimension = (problem: string): ModelFailure => ({
    ...invalidAnswer(problem, target),
    hint:
      askedDimension === null
        ? 'The model behind this name has changed; embed everything again.'
        : `Leave @${askedDimension} out of the embedding handle, or choose a model that has this dimension.`,
  })

  return {
    handle,
    weight: traits.weight,
    dimension: () => askedDimension ?? seenDimension ?? traits.dimension,
    async embed(given, purpose, signal) {
      const prefix = prefixFor(purpose, traits)
      const texts = given.map(cleanText)
      const filled = texts.filter((text) => text.trim() !== '')
      const batches = toBatches(filled)
      const result = await embedInTurn(batches, (batch) => embedBatch(batch, prefix, signal))
      return {
        embedded: withEmptyTexts(texts, result.embedded),
        failure: result.failure && redactor.failure(result.failure),
      }
    },
  }
}

function prefixFor(
  purpose: TextPurpose,
  traits: { readonly queryPrefix: string; readonly passagePrefix: string },
): string {
  return purpose === 'query' ? traits.queryPrefix : traits.passagePrefix
}

function refusedVector(vector: Float32Array): Embedded {
  const what = vector.every(Number.isFinite) ? 'only zeros' : 'a component that is no number'
  return { kind: 'refused', problem: `The model answered a vector with ${what}.` }
}

function failed(failure: ModelFailure, isBadRequest = false): Asked {
  return { kind: 'failure', failure, isBadRequest }
}
