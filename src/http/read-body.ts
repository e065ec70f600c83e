import type { IncomingMessage } from 'node:http'
import { isTooDeep, MAX_BODY_BYTES, TOO_DEEP, TOO_LARGE } from './limits.ts'

/** The body was refused, or not read to its end. */
export class BodyError extends Error {
  readonly status: 400 | 413 | 415
  readonly code: number

  constructor(status: 400 | 413 | 415, code: number, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

const INVALID_REQUEST = -32_600
const PARSE_ERROR = -32_700

/**
 * A page of any origin may send text or forms without a preflight, so only a JSON content type is accepted. JSON is
 * UTF-8.
 */
const JSON_TYPE = /^\s*application\/json\s*(;\s*charset\s*=\s*"?utf-?8"?\s*)?(;\s*)?$/i

/** Reads the JSON body. Throws a BodyError if it is missing, invalid or too large. */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  if (!JSON_TYPE.test(request.headers['content-type'] ?? '')) {
    throw new BodyError(
      415,
      INVALID_REQUEST,
      'Send the body as JSON, with the header Content-Type: application/json.',
    )
  }
  const tooLarge = () => new BodyError(413, INVALID_REQUEST, TOO_LARGE)
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge()
  const chunks: Buffer[] = []
  let bytes = 0
  // Refusing a body must leave the connection open for the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const part = Buffer.from(chunk)
    bytes += part.length
    if (bytes > MAX_BODY_BYTES) throw tooLarge()
    chunks.push(part)
  }
  const text = Buffer.concat(chunks).toString('utf8')
  if (isTooDeep(text)) throw new BodyError(400, INVALID_REQUEST, TOO_DEEP)
  try {
    return JSON.parse(text)
  } catch {
    throw new BodyError(400, PARSE_ERROR, 'The body of the request is not JSON.')
  }
}
