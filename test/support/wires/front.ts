import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { createMessagesSpeech } from './messages-speech.ts'
import { createResponsesSpeech } from './responses-speech.ts'
import type { Fields, Speech } from './speech.ts'

export type NativeApi = 'messages' | 'responses'

/** A server that speaks a native API strictly; what it answers comes from one that speaks chat completions. */
export interface Front {
  /** Ends in /v1. */
  readonly baseUrl: string
  /** As they came over the wire. */
  readonly requests: readonly { readonly headers: IncomingHttpHeaders; readonly body: Fields }[]
  /** Refusals that the real API would have sent, in its words. */
  readonly refusals: readonly string[]
  /** Sum over all requests, in tokens as this server counts them. */
  readonly input: { readonly tokens: number; readonly cached: number }
  close(): Promise<void>
}

export interface FrontOptions {
  /** Which kinds of thinking the model takes; Messages only. */
  readonly thinking?: readonly ('adaptive' | 'enabled')[]
}

/** Models of this name are behind a gateway that knows less than the real API, or more: the server behind it decides. */
export const GATEWAY = 'gateway-'

function isGateway({ model }: Fields): boolean {
  return String(model).startsWith(GATEWAY)
}

/** Longer ones are no answer, and are passed on as they come. */
const MAX_JSON = 2 * 1024 * 1024

export async function startFront(
  api: NativeApi,
  upstream: string,
  options: FrontOptions = {},
): Promise<Front> {
  const speech =
    api === 'messages' ? createMessagesSpeech(options.thinking) : createResponsesSpeech()
  const requests: { headers: IncomingHttpHeaders; body: Fields }[] = []
  const refusals: string[] = []
  const server = createServer((request, response) => {
    response.on('error', () => undefined)
    // A connection that breaks before the headers breaks here too.
    answer(request, response).catch(() => response.socket?.resetAndDestroy())
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece)
    if (request.method !== 'POST' || request.url !== `/v1${speech.path}`) {
      return sendJson(response, 404, { error: { message: `no such path: ${request.url}` } })
    }
    const body: Fields = JSON.parse(Buffer.concat(pieces).toString())
    requests.push({ headers: request.headers, body })
    const problem = isGateway(body) ? undefined : speech.check(body, request.headers)
    if (problem !== undefined) {
      refusals.push(problem)
      return sendJson(response, 400, speech.refusal(problem))
    }
    const controller = new AbortController()
    response.on('close', () => controller.abort())
    const key = String(request.headers['x-api-key'] ?? '')
    const said = await fetch(`${upstream}/chat/completions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: request.headers.authorization ?? `Bearer ${key}`,
      },
      // The request as it came goes along, for servers that refuse something in it.
      body: JSON.stringify({ ...speech.toChat(body), native: body }),
      redirect: 'manual',
      signal: controller.signal,
    })
    await pass(said, response, speech, body)
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the front has no port')
  return {
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    requests,
    refusals,
    get input() {
      return speech.input
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

const PASSED = ['content-type', 'retry-after', 'retry-after-ms', 'location']

async function pass(
  said: Response,
  response: ServerResponse,
  speech: Speech,
  request: Fields,
): Promise<void> {
  const headers = PASSED.flatMap((name) => {
    const value = said.headers.get(name)
    return value === null ? [] : [[name, value] as const]
  })
  response.writeHead(said.status, Object.fromEntries(headers))
  response.flushHeaders()
  const isStream = said.headers.get('content-type')?.includes('text/event-stream') === true
  if (!said.ok || !said.body) {
    const text = await said.text()
    response.end(refusalIn(text, said.status, speech) ?? text)
  } else if (isStream) await passStream(said.body, response, speech, request)
  else await passJson(said.body, response, speech, request)
}

/** A bare message becomes an error as the real API sends it; any more is what a gateway of another kind sends. */
function refusalIn(text: string, status: number, speech: Speech): string | null {
  try {
    const { error, ...more } = JSON.parse(text)
    const { message, code = null, ...others } = error
    const isBare = code === null && Object.keys({ ...more, ...others }).length === 0
    return isBare && typeof message === 'string'
      ? JSON.stringify(speech.refusal(message, status))
      : null
  } catch {
    return null
  }
}

/** The first character at once, so that a server that stalls has begun; the rest when it is known what it is. */
async function passJson(
  said: AsyncIterable<Uint8Array>,
  response: ServerResponse,
  speech: Speech,
  request: Fields,
): Promise<void> {
  let bytes: Buffer = Buffer.alloc(0)
  let isBegun = false
  for await (const piece of said) {
    bytes = Buffer.concat([bytes, piece])
    const isBlank = bytes.toString().trim() === ''
    if (isBlank && !isBegun) response.write(' ')
    if (!isBegun && bytes[0] === 0x7b) {
      isBegun = true
      response.write('{')
    }
    if (bytes.length > MAX_JSON) {
      response.write(bytes.subarray(isBegun ? 1 : 0))
      bytes = Buffer.from('{')
      isBegun = true
    }
  }
  const whole = translated(bytes.toString(), speech, request)
  response.end((whole ?? bytes).subarray(isBegun ? 1 : 0))
}

/** Null: it is no chat completion, and goes on as it is. */
function translated(text: string, speech: Speech, request: Fields): Buffer | null {
  try {
    const body = JSON.parse(text)
    if (!Array.isArray(body?.choices) || !body.choices[0]?.message) return null
    return Buffer.from(JSON.stringify(speech.whole(body, request)))
  } catch {
    return null
  }
}

async function passStream(
  said: AsyncIterable<Uint8Array>,
  response: ServerResponse,
  speech: Speech,
  request: Fields,
): Promise<void> {
  const stream = speech.stream(request)
  const write = (events: readonly Fields[]): void => {
    for (const event of events) {
      response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    }
  }
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of said) {
    rest += decoder.decode(piece, { stream: true })
    if (rest.length > MAX_JSON) {
      response.write(rest)
      rest = ''
    }
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const chunk = chunkIn(line)
      if (chunk === 'done') write(stream.end())
      else if (chunk) write(stream.add(chunk))
      else response.write(`${line}\n`)
    }
  }
  if (rest !== '') response.write(rest)
  write(stream.endQuietly())
  response.end()
}

/** Null: a line that is no piece of a completion; events of native APIs have a type. */
function chunkIn(line: string): Fields | 'done' | null {
  if (!line.startsWith('data:')) return null
  const data = line.slice('data:'.length).trim()
  if (data === '[DONE]') return 'done'
  try {
    const chunk = JSON.parse(data)
    if (typeof chunk?.type === 'string') return null
    return Array.isArray(chunk?.choices) || chunk?.usage ? chunk : null
  } catch {
    return null
  }
}
