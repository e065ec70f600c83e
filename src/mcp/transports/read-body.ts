import type { IncomingMessage } from 'node:http'

const MOST_BYTES = 4 * 1024 * 1024

class TooLargeError extends Error {}

export function isTooLarge(error: unknown): boolean {
  return error instanceof TooLargeError
}

/** The JSON in a request. Throws SyntaxError if there is none, or an error that `isTooLarge`. */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  if (Number(request.headers['content-length'] ?? 0) > MOST_BYTES) throw new TooLargeError()
  const chunks: Buffer[] = []
  let bytes = 0
  // Giving up must leave the connection open for the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const part = Buffer.from(chunk)
    bytes += part.length
    if (bytes > MOST_BYTES) throw new TooLargeError()
    chunks.push(part)
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}
