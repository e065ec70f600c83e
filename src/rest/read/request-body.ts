import type { IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { cleanValue } from '../../core/clean-value.ts'
import { isRecord } from '../../core/is-record.ts'
import { cleanText } from '../../core/text.ts'
import { MAX_BODY_BYTES } from '../../http/limits.ts'
import { BodyError, type LargeBodies, readBody } from '../../http/read-body.ts'
import type { SentFile } from './sent-file.ts'

const INVALID_REQUEST = -32_600
/** Limit of messages with pictures and of files, the same as of MCP's `send_message`. */
const MAX_LARGE_BYTES = 64 * 1024 * 1024
const TOO_LARGE = `The request is larger than ${MAX_BODY_BYTES / 1024 ** 2} MiB (${MAX_LARGE_BYTES / 1024 ** 2} MiB for messages with pictures, and for files).`

const PICTURE_BODIES: LargeBodies = {
  maxBytes: MAX_LARGE_BYTES,
  mayBe: (begun) => begun.includes('"image'),
  is: (body) => isRecord(body) && (Array.isArray(body.messages) || Array.isArray(body.input)),
  tooLarge: TOO_LARGE,
}

/**
 * The JSON body, or the fields of a multipart one. Undefined: there is none. Multipart needs no preflight, so a
 * browser's page must not send it from elsewhere.
 */
export async function readRequestBody(request: IncomingMessage): Promise<unknown> {
  const { 'content-type': type, 'content-length': length } = request.headers
  const isEmpty = length === '0' || (length === undefined && isWithoutBody(request))
  if (isEmpty) return undefined
  if (type?.toLowerCase().startsWith('multipart/form-data')) return readForm(request, type)
  return cleanValue(await readBody(request, PICTURE_BODIES))
}

function isWithoutBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] === undefined
}

async function readForm(request: IncomingMessage, type: string): Promise<object> {
  const from = request.headers['sec-fetch-site']
  if (from !== undefined && from !== 'same-origin' && from !== 'none') {
    throw new BodyError(415, INVALID_REQUEST, 'A page of another origin may not send files here.')
  }
  if (Number(request.headers['content-length'] ?? 0) > MAX_LARGE_BYTES)
    throw new BodyError(413, INVALID_REQUEST, TOO_LARGE)
  const bytes = await buffer(limited(request))
  const form = await new Response(bytes, { headers: { 'content-type': type } })
    .formData()
    .catch(() => {
      throw new BodyError(400, INVALID_REQUEST, 'The body of the request is no multipart form.')
    })
  const fields: Record<string, string | SentFile> = {}
  for (const [name, value] of form) {
    fields[name] = typeof value === 'string' ? cleanText(value) : await readFile(value)
  }
  return fields
}

async function readFile(file: File): Promise<SentFile> {
  const base64 = Buffer.from(await file.arrayBuffer()).toString('base64')
  return { file_name: cleanText(file.name), base64 }
}

async function* limited(request: IncomingMessage): AsyncGenerator<Buffer> {
  let bytes = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const part = Buffer.from(chunk)
    bytes += part.length
    if (bytes > MAX_LARGE_BYTES) throw new BodyError(413, INVALID_REQUEST, TOO_LARGE)
    yield part
  }
}
