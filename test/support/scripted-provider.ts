import { createServer, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { fail, type ReceivedRequest, type ScriptedAnswer } from './scripted-answer.ts'
import { sendJson, sendStream, toCompletion } from './scripted-completion.ts'

export {
  callTool,
  callTools,
  delay,
  events,
  fail,
  hang,
  type ReceivedRequest,
  raw,
  type ScriptedAnswer,
  type ScriptedToolCall,
  say,
} from './scripted-answer.ts'

const EMPTY_QUEUE = 'No scripted answer is left: enqueue one more, or use respondWith.'

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
