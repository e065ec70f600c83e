import { isRecord } from '../../core/is-record.ts'

/**
 * Collects a stream of answers into one JSON body, for clients that cannot read streams. Notifications are dropped.
 * `unaskable` is called for each server-to-client request, which such a client cannot see.
 */
export async function asJson(
  response: Response,
  unaskable: (id: unknown) => void = () => undefined,
): Promise<Response> {
  if (response.body === null || !isStream(response)) return response
  const answers: unknown[] = []
  for await (const message of messagesIn(response.body)) {
    if (!isRecord(message)) continue
    if ('result' in message || 'error' in message) answers.push(message)
    else if ('method' in message && 'id' in message) unaskable(message.id)
  }
  const session = response.headers.get('mcp-session-id')
  const headers = session === null ? {} : { 'mcp-session-id': session }
  const [only] = answers
  if (only === undefined) return Response.json(UNANSWERED, { status: 503, headers })
  return Response.json(answers.length === 1 ? only : answers, { headers })
}

const UNANSWERED = {
  jsonrpc: '2.0',
  error: { code: -32_603, message: 'The connection ended before the request was answered.' },
  id: null,
}

function isStream({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') ?? false
}

/** Parses events as the SDK writes them: one `data` line each, none in keep-alives. */
async function* messagesIn(body: ReadableStream<Uint8Array>): AsyncGenerator<unknown> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of body) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const data = /^data: ?(.+)$/.exec(line)?.[1]
      if (data !== undefined) yield JSON.parse(data)
    }
  }
}
