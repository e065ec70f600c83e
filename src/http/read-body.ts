import type { IncomingMessage } from 'node:http'
import { isTooDeep, MAX_BODY_BYTES, TOO_DEEP, TOO_LARGE } from './limits.ts'

/** Bodies that may be larger than others. */
export interface LargeBodies {
  readonly maxBytes: number
  /** Whether a body that begins like this may be one of them. */
  mayBe(begun: Buffer): boolean
  is(body: unknown): boolean
  /** The sentence for a body that is too large. */
  readonly tooLarge: string
}

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

/** There are none. */
const NO_LARGE_BODIES: LargeBodies = {
  maxBytes: MAX_BODY_BYTES,
  mayBe: () => false,
  is: () => false,
  tooLarge: TOO_LARGE,
}

/** Reads the JSON body. Throws a BodyError if it is missing, invalid or too large. */
export async function readBody(
  request: IncomingMessage,
  large: LargeBodies = NO_LARGE_BODIES,
): Promise<unknown> {
  if (!JSON_TYPE.test(request.headers['content-type'] ?? '')) {
    throw new BodyError(
      415,
      INVALID_REQUEST,
      'Send the body as JSON, with the header Content-Type: application/json.',
    )
  }
  const tooLarge = () => new BodyError(413, INVALID_REQUEST, large.tooLarge)
  if (Number(request.headers['content-length'] ?? 0) > large.maxBytes) throw tooLarge()
  const chunks: Buffer[] = []
  let bytes = 0
  // Refusing a body must leave the connection open for the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const part = Buffer.from(chunk)
    const wasUsual = bytes <= MAX_BODY_BYTES
    bytes += part.length
    chunks.push(part)
    if (bytes > large.maxBytes) throw tooLarge()
    if (bytes > MAX_BODY_BYTES && wasUsual && !large.mayBe(Buffer.concat(chunks))) throw tooLarge()
  }
  const text = Buffer.concat(chunks).toString('utf8')
  if (isTooDeep(text)) throw new BodyError(400, INVALID_REQUEST, TOO_DEEP)
  const body = parse(text)
  if (bytes > MAX_BODY_BYTES && !large.is(body)) throw tooLarge()
  return body
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new BodyError(400, PARSE_ERROR, 'The body of the request is not JSON.')
  }
}
