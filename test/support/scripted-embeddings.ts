import { raw, type ScriptedAnswer } from './scripted-provider.ts'

interface EmbeddingBody {
  readonly model: string
  readonly input: readonly string[]
  readonly encoding_format?: string
  readonly dimensions?: number
}

export interface EmbeddingOptions {
  /** The vector of a text, as a model would make it: of any length, NaN and zeros included. */
  vectorOf(text: string): readonly number[]
  /** `asked`: base64 where the request says so; `floats`: never, whatever it says. */
  readonly encoding?: 'asked' | 'floats'
  /** Knows the argument `dimensions`, and cuts vectors. */
  readonly shortens?: boolean
  /** In another order than asked for, told apart by index only. */
  readonly isReversed?: boolean
}

/** A vendor's answer to a request for embeddings. */
export function embeddings(body: EmbeddingBody, options: EmbeddingOptions): ScriptedAnswer {
  const { vectorOf, encoding = 'asked', shortens = true, isReversed = false } = options
  const isBase64 = encoding === 'asked' && body.encoding_format === 'base64'
  const data = body.input.map((text, index) => {
    const whole = vectorOf(text)
    const vector = shortens ? whole.slice(0, body.dimensions) : whole
    return { object: 'embedding', index, embedding: isBase64 ? toBase64(vector) : vector }
  })
  if (isReversed) data.reverse()
  const usage = { prompt_tokens: body.input.length, total_tokens: body.input.length }
  return raw({ body: toJson({ object: 'list', data, model: body.model, usage }) })
}

function toBase64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(4 * vector.length)
  vector.forEach((component, index) => {
    bytes.writeFloatLE(component, 4 * index)
  })
  return bytes.toString('base64')
}

/** As Python writes it: NaN is not JSON, and is sent nevertheless. */
function toJson(value: unknown): string {
  const text = JSON.stringify(value, (_key, each) => (Number.isNaN(each) ? '<NaN>' : each))
  return text.replaceAll('"<NaN>"', 'NaN')
}
