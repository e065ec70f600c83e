import type { ServerResponse } from 'node:http'
import type { Answer, WireRequest } from './wire.ts'

export interface WireCall {
  readonly name: string
  /** An object is sent as JSON text, a text as it is. */
  readonly arguments: Readonly<Record<string, unknown>> | string
}

interface MessageOptions {
  readonly text?: string
  readonly finish?: string | null
  readonly usage?: Readonly<Record<string, unknown>>
}

const USAGE = { prompt_tokens: 4_000, completion_tokens: 20, total_tokens: 4_020 }

/** A message in the vendor's own shape, as one JSON text or as one chunk of a stream, whichever was asked for. */
export function message(
  fields: Readonly<Record<string, unknown>>,
  { finish = 'stop', usage = USAGE }: MessageOptions = {},
): Answer {
  return (response, { stream }) => {
    if (stream !== true) {
      return json(response, {
        choices: [{ index: 0, message: fields, finish_reason: finish }],
        usage,
      })
    }
    chunks({ delta: fields }, { delta: {}, finish_reason: finish }, DONE)(response, { stream })
  }
}

export function say(text: string, options: MessageOptions = {}): Answer {
  return (response, request) => {
    if (request.stream !== true) return message({ content: text }, options)(response, request)
    // In pieces, so that a reader that takes the first for the whole is found out.
    const pieces = text.match(/[\s\S]{1,2000}/gu) ?? []
    const { finish = 'stop', usage = USAGE } = options
    const deltas = pieces.map((content) => ({ delta: { content } }))
    chunks(...deltas, { delta: {}, finish_reason: finish }, { usage }, DONE)(response, request)
  }
}

export function call(
  name: string,
  args: WireCall['arguments'],
  options: MessageOptions = {},
): Answer {
  return calls([{ name, arguments: args }], options)
}

/** Every character of more than one byte is cut. */
export function byteByByte(text: string): Answer {
  return (response, { stream }) => {
    const isStream = stream === true
    response.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' })
    const choice = { finish_reason: 'stop', [isStream ? 'delta' : 'message']: { content: text } }
    const written = isStream ? toEvent(choice) : JSON.stringify({ choices: [choice] })
    for (const byte of Buffer.from(written)) response.write(Buffer.from([byte]))
    response.end()
  }
}

/** How a memgpt_agent speaks. */
export function speak(text: string): Answer {
  return call('send_message', { thinking: 'I answer.', message: text })
}

export function calls(all: readonly WireCall[], options: MessageOptions = {}): Answer {
  const written = all.map((each, index) => ({
    index,
    id: `vendor_${index}`,
    type: 'function',
    function: {
      name: each.name,
      arguments:
        typeof each.arguments === 'string' ? each.arguments : JSON.stringify(each.arguments),
    },
  }))
  const { text = null, finish = 'tool_calls', usage = USAGE } = options
  return (response, request) => {
    if (request.stream !== true) {
      return message({ content: text, tool_calls: written }, { finish, usage })(response, request)
    }
    const deltas = written.flatMap(({ index, id, function: { name, arguments: args } }) => [
      { delta: { tool_calls: [{ index, id, function: { name, arguments: '' } }] } },
      ...(args.match(/[\s\S]{1,2000}/g) ?? []).map((piece) => ({
        delta: { tool_calls: [{ index, function: { arguments: piece } }] },
      })),
    ])
    chunks(
      { delta: { role: 'assistant', content: text } },
      ...deltas,
      { delta: {}, finish_reason: finish },
      { usage },
      DONE,
    )(response, request)
  }
}

/** Streams the deltas one by one; after each it waits until `gate` lets it go on. */
export function piecewise(
  deltas: readonly object[],
  gate: (place: number) => Promise<unknown>,
): Answer {
  return async (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const send = (choice: object) =>
      response.write(`data: ${JSON.stringify({ choices: [{ index: 0, ...choice }] })}\n\n`)
    for (const [place, delta] of deltas.entries()) {
      send({ delta })
      await gate(place)
    }
    send({ delta: {}, finish_reason: 'stop' })
    response.end('data: [DONE]\n\n')
  }
}

/** The deltas of one call. */
export const callPieces = (name: string, pieces: readonly string[]) =>
  pieces.map((piece, place) => ({
    tool_calls: [
      {
        index: 0,
        ...(place === 0 && { id: 'call_1' }),
        function: { ...(place === 0 && { name }), arguments: piece },
      },
    ],
  }))

export const DONE = '[DONE]'

/** Events of a stream, whether one was asked for or not: choices, other fields, or texts as they are. */
export function chunks(...payloads: readonly unknown[]): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(payloads.map(toEvent).join(''))
  }
}

export function toEvent(payload: unknown): string {
  if (typeof payload === 'string') return `data: ${payload}\n\n`
  const isChoice = typeof payload === 'object' && payload !== null && 'delta' in payload
  return `data: ${JSON.stringify(isChoice ? { choices: [payload] } : payload)}\n\n`
}

export function refuse(
  status: number,
  body: unknown = { error: { message: `scripted failure ${status}` } },
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return (response) => {
    const isText = typeof body === 'string'
    response.writeHead(status, {
      'content-type': isText ? 'text/html' : 'application/json',
      ...headers,
    })
    response.end(isText ? body : JSON.stringify(body))
  }
}

/** Status 200 with any body. */
export function body(text: string, type = 'application/json'): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': type })
    response.end(text)
  }
}

/** Never answers. */
export const hang: Answer = () => undefined

/** The connection breaks before a byte of the answer. */
export const reset: Answer = (response) => {
  response.socket?.resetAndDestroy()
}

/** An answer that has begun, in the format asked for. */
export function begin(response: ServerResponse, { stream }: WireRequest): void {
  response.writeHead(200, {
    'content-type': stream === true ? 'text/event-stream' : 'application/json',
  })
  response.write(
    stream === true
      ? toEvent({ delta: { content: 'Half of the an' } })
      : '{"choices":[{"message":{"content":"Half of the an',
  )
}

export const resetMidway: Answer = (response, request) => {
  begin(response, request)
  setTimeout(() => response.socket?.resetAndDestroy(), 20)
}

/** The connection is closed in good order, the answer is not complete. */
export const endMidway: Answer = (response, request) => {
  begin(response, request)
  response.end()
}

export const stall: Answer = (response, request) => {
  begin(response, request)
}

/** Sends the keep-alive of proxies: comments in a stream, blanks in JSON. */
export const stallWithKeepAlive: Answer = (response, request) => {
  begin(response, request)
  const timer = setInterval(
    () => response.write(request.stream === true ? ': keep-alive\n\ndata:\n\n' : ' \n'),
    10,
  )
  response.on('close', () => clearInterval(timer))
}

/** A line of `megabytes` that does not end within them. */
export function endless(megabytes: number): Answer {
  return (response, request) => {
    begin(response, request)
    const piece = 'x'.repeat(1024 * 1024)
    if (request.stream === true) response.write('data: ')
    const write = (left: number): void => {
      if (left === 0 || response.destroyed) {
        response.end()
        return
      }
      response.write(piece, () => write(left - 1))
    }
    write(megabytes)
  }
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}
