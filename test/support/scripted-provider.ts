import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** A request as it came over the wire. */
export interface ReceivedRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies that a vendor would read
  readonly body: any
}

export interface ScriptedUsage {
  readonly prompt_tokens: number
  readonly completion_tokens: number
  readonly total_tokens?: number
  readonly prompt_tokens_details?: { readonly cached_tokens: number }
}

export interface AnswerOptions {
  /** null: none is sent. */
  readonly usage?: ScriptedUsage | null
  /** Goes into `reasoning_content`, or into the field named. */
  readonly reasoning?: string
  readonly reasoningField?: 'reasoning_content' | 'reasoning'
  readonly finishReason?: string | null
  /** More text beside tool calls. */
  readonly text?: string
}

export interface ScriptedToolCall {
  readonly name: string
  /** An object is sent as JSON text, a text as it is. */
  readonly arguments: Readonly<Record<string, unknown>> | string
}

export type ScriptedAnswer =
  | {
      readonly kind: 'message'
      readonly text: string
      readonly toolCalls: readonly ScriptedToolCall[]
      readonly options: AnswerOptions
    }
  | {
      readonly kind: 'raw'
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
    }
  | { readonly kind: 'hang' }
  | { readonly kind: 'delay'; readonly milliseconds: number; readonly answer: ScriptedAnswer }

export interface ScriptedProvider {
  /** Ends in /v1: for OPENAI_BASE_URL. */
  readonly baseUrl: string
  /** Completions asked for so far. */
  readonly requests: readonly ReceivedRequest[]
  enqueue(...answers: readonly ScriptedAnswer[]): void
  /** Embeddings asked for so far; only `respondWith` answers them, for one with `embeddings(body, …)`. */
  readonly embeddingRequests: readonly ReceivedRequest[]
  /** Answers whatever the queue does not. */
  respondWith(respond: (body: ReceivedRequest['body']) => ScriptedAnswer): void
  close(): Promise<void>
}

export function say(text: string, options: AnswerOptions = {}): ScriptedAnswer {
  return { kind: 'message', text, toolCalls: [], options }
}

export function callTool(
  name: string,
  written: ScriptedToolCall['arguments'],
  options: AnswerOptions = {},
): ScriptedAnswer {
  return callTools([{ name, arguments: written }], options)
}

export function callTools(
  toolCalls: readonly ScriptedToolCall[],
  options: AnswerOptions = {},
): ScriptedAnswer {
  return { kind: 'message', text: options.text ?? '', toolCalls, options }
}

export function fail(
  status: number,
  body: unknown = { error: { message: `scripted failure ${status}` } },
  headers: Readonly<Record<string, string>> = {},
): ScriptedAnswer {
  const isText = typeof body === 'string'
  return raw({
    status,
    headers: { 'content-type': isText ? 'text/html' : 'application/json', ...headers },
    body: isText ? body : JSON.stringify(body),
  })
}

/** Accepts the request and never answers. */
export function hang(): ScriptedAnswer {
  return { kind: 'hang' }
}

export function delay(milliseconds: number, answer: ScriptedAnswer): ScriptedAnswer {
  return { kind: 'delay', milliseconds, answer }
}

export function raw(answer: {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}): ScriptedAnswer {
  const headers = { 'content-type': 'application/json', ...answer.headers }
  return { kind: 'raw', status: answer.status ?? 200, headers, body: answer.body }
}

/** The payloads as server-sent events; texts go as they are, [DONE] is not added. */
export function events(...payloads: readonly unknown[]): ScriptedAnswer {
  return raw({
    headers: { 'content-type': 'text/event-stream' },
    body: payloads.map((payload) => toEvent(payload)).join(''),
  })
}

/** A vendor on 127.0.0.1: chat completions as JSON and as a stream, embeddings, and the lists of models. */
export async function startScriptedProvider(
  options: {
    readonly models?: readonly string[]
    /** By model, as OpenRouter lists them. */
    readonly pricing?: Readonly<Record<string, Readonly<Record<string, string>>>>
    /** 0: any that is free. */
    readonly port?: number
    /** Before it says which version and models it has. */
    readonly listMilliseconds?: number
  } = {},
): Promise<ScriptedProvider> {
  const { models = ['scripted'], pricing = {}, port = 0, listMilliseconds = 0 } = options
  const requests: ReceivedRequest[] = []
  const queue: ScriptedAnswer[] = []
  const embeddingRequests: ReceivedRequest[] = []
  let respond: ((body: ReceivedRequest['body']) => ScriptedAnswer) | undefined
  const server = createServer(async (request, response) => {
    const path = request.url ?? ''
    if (path.startsWith('/api/')) await sleep(listMilliseconds)
    // Ollama's own endpoints, so that it can be found.
    if (path === '/api/version') return sendJson(response, { version: '0.0.0-scripted' })
    if (path === '/api/tags')
      return sendJson(response, { models: models.map((name) => ({ name })) })
    if (path === '/v1/models') {
      return sendJson(response, {
        object: 'list',
        data: models.map((id) => ({
          id,
          object: 'model',
          owned_by: 'scripted',
          ...(pricing[id] && { pricing: pricing[id] }),
        })),
      })
    }
    const isForEmbeddings = path === '/v1/embeddings'
    if (request.method !== 'POST' || !(isForEmbeddings || path === '/v1/chat/completions')) {
      return sendJson(response, { error: { message: `no such path: ${path}` } }, 404)
    }
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece)
    const body = JSON.parse(Buffer.concat(pieces).toString())
    const [received, next] = isForEmbeddings ? [embeddingRequests] : [requests, queue.shift()]
    received.push({ path, headers: request.headers, body })
    const answer = next ?? respond?.(body) ?? fail(500, { error: { message: EMPTY_QUEUE } })
    await send(response, answer, body)
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')

  return {
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    requests,
    enqueue: (...answers) => {
      queue.push(...answers)
    },
    respondWith: (next) => {
      respond = next
    },
    embeddingRequests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const EMPTY_QUEUE = 'No scripted answer is left: enqueue one more, or use respondWith.'
const USUAL_USAGE: ScriptedUsage = { prompt_tokens: 100, completion_tokens: 20 }

async function send(
  response: ServerResponse,
  answer: ScriptedAnswer,
  body: ReceivedRequest['body'],
): Promise<void> {
  switch (answer.kind) {
    case 'hang':
      return
    case 'delay':
      await sleep(answer.milliseconds)
      return send(response, answer.answer, body)
    case 'raw':
      response.writeHead(answer.status, answer.headers).end(answer.body)
      return
    case 'message':
      if (body.stream === true) sendStream(response, answer, body)
      else sendJson(response, toCompletion(answer, body))
  }
}

type MessageAnswer = Extract<ScriptedAnswer, { kind: 'message' }>

function toCompletion(answer: MessageAnswer, body: ReceivedRequest['body']): unknown {
  const { options } = answer
  const usage = options.usage === undefined ? USUAL_USAGE : options.usage
  return {
    id: 'chatcmpl-scripted',
    object: 'chat.completion',
    created: 0,
    model: body.model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: answer.text === '' ? null : answer.text,
          ...reasoningOf(options),
          ...(answer.toolCalls.length > 0 ? { tool_calls: answer.toolCalls.map(toWireCall) } : {}),
        },
        finish_reason: finishReasonOf(answer),
      },
    ],
    ...(usage === null ? {} : { usage: withTotal(usage) }),
  }
}

/** Cut into small pieces, as a vendor does: a reader that takes a piece for the whole is found out. */
function sendStream(
  response: ServerResponse,
  answer: MessageAnswer,
  body: ReceivedRequest['body'],
): void {
  const { options } = answer
  const chunk = (delta: unknown, finishReason: string | null = null): string =>
    toEvent({
      id: 'chatcmpl-scripted',
      object: 'chat.completion.chunk',
      created: 0,
      model: body.model,
      choices: [{ index: 0, delta, finish_reason: finishReason }],
    })
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(chunk({ role: 'assistant', content: '' }))
  for (const [field, text] of Object.entries(reasoningOf(options))) {
    for (const piece of cut(text)) response.write(chunk({ [field]: piece }))
  }
  for (const piece of cut(answer.text)) response.write(chunk({ content: piece }))
  answer.toolCalls.map(toWireCall).forEach((call, index) => {
    const { name, arguments: written } = call.function
    const begin = { ...call, index, function: { name, arguments: '' } }
    response.write(chunk({ tool_calls: [begin] }))
    for (const piece of cut(written)) {
      response.write(chunk({ tool_calls: [{ index, function: { arguments: piece } }] }))
    }
  })
  response.write(chunk({}, finishReasonOf(answer)))
  const usage = options.usage === undefined ? USUAL_USAGE : options.usage
  if (usage !== null && body.stream_options?.include_usage === true) {
    response.write(
      toEvent({ object: 'chat.completion.chunk', choices: [], usage: withTotal(usage) }),
    )
  }
  response.end(toEvent('[DONE]'))
}

function toWireCall(call: ScriptedToolCall, index: number) {
  const written =
    typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments)
  return {
    id: `call_scripted_${index}`,
    type: 'function',
    function: { name: call.name, arguments: written },
  }
}

function reasoningOf(options: AnswerOptions): Readonly<Record<string, string>> {
  const { reasoning, reasoningField = 'reasoning_content' } = options
  return reasoning === undefined ? {} : { [reasoningField]: reasoning }
}

function finishReasonOf({ toolCalls, options }: MessageAnswer): string | null {
  if (options.finishReason !== undefined) return options.finishReason
  return toolCalls.length > 0 ? 'tool_calls' : 'stop'
}

function withTotal(usage: ScriptedUsage): ScriptedUsage {
  return { total_tokens: usage.prompt_tokens + usage.completion_tokens, ...usage }
}

function cut(text: string): readonly string[] {
  return text.match(/[\s\S]{1,7}/gu) ?? []
}

function toEvent(payload: unknown): string {
  return `data: ${typeof payload === 'string' ? payload : JSON.stringify(payload)}\n\n`
}

function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
