import * as z from 'zod'
import type { CallWatch } from '../wire/call-watch.ts'
import { type ErrorDetail, readErrorBody } from '../wire/error-body.ts'

/** Far more than a batch of the longest vectors needs. Chosen by hand. */
const MAX_BODY = 64 * 1024 * 1024

export type ReadEmbeddings =
  /** One vector per text sent, in the same order. */
  | { readonly kind: 'vectors'; readonly vectors: readonly Float32Array[] }
  | { readonly kind: 'error'; readonly detail: ErrorDetail }
  | { readonly kind: 'invalid'; readonly problem: string }

const Answer = z.object({
  data: z.array(z.object({ index: z.number().int().nullish(), embedding: z.unknown() })),
})

export async function readEmbeddings(
  response: Response,
  texts: number,
  watch: CallWatch,
): Promise<ReadEmbeddings> {
  const text = await readText(response, watch)
  if (text === null) return { kind: 'invalid', problem: 'an answer that does not end' }
  const body = parse(text)
  const detail = readErrorBody(body)
  if (detail) return { kind: 'error', detail }
  const answer = Answer.safeParse(body)
  if (!answer.success) return { kind: 'invalid', problem: 'an answer without embeddings' }
  const { data } = answer.data
  if (data.length !== texts) {
    return { kind: 'invalid', problem: `${data.length} embeddings for ${texts} texts` }
  }
  const vectors: Float32Array[] = []
  for (const [place, { index, embedding }] of data.entries()) {
    const vector = toVector(embedding)
    if (!vector) return { kind: 'invalid', problem: 'an embedding that is no list of numbers' }
    vectors[index ?? place] = vector
  }
  const isWhole = vectors.length === texts && Object.keys(vectors).length === texts
  return isWhole
    ? { kind: 'vectors', vectors }
    : { kind: 'invalid', problem: 'embeddings with the same index twice' }
}

/** Base64 floats if the server supports them, else a list of numbers; null: neither. */
function toVector(embedding: unknown): Float32Array | null {
  if (typeof embedding === 'string') {
    const bytes = Buffer.from(embedding, 'base64')
    if (bytes.length % 4 !== 0) return null
    return Float32Array.from({ length: bytes.length / 4 }, (_, index) =>
      bytes.readFloatLE(4 * index),
    )
  }
  if (!Array.isArray(embedding)) return null
  const isList = embedding.every((component) => typeof component === 'number' || component === null)
  return isList ? Float32Array.from(embedding, (component) => component ?? Number.NaN) : null
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return parseWithoutNaN(text)
  }
}

/** Python servers write NaN, which is not valid JSON, if the model failed on a text. */
function parseWithoutNaN(text: string): unknown {
  try {
    return JSON.parse(text.replace(/(?<=[[,]\s*)(?:NaN|-?Infinity)(?=\s*[\],])/g, 'null'))
  } catch {
    return null
  }
}

/** null: the body is too long. */
async function readText(response: Response, watch: CallWatch): Promise<string | null> {
  if (!response.body) return ''
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of response.body) {
    watch.dataArrived()
    text += decoder.decode(bytes, { stream: true })
    if (text.length > MAX_BODY) return null
  }
  return text + decoder.decode()
}
