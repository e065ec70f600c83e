import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { Access } from '../core/access.ts'
import type { RunId } from '../core/ids.ts'
import type { Log } from '../core/log.ts'
import { answerJson } from '../http/answers.ts'
import { roomIn } from '../http/backpressure.ts'
import type { DoorCaller } from '../http/door.ts'
import type { McpContext } from '../service/context.ts'
import { plain, type Refused, refusedBy } from './call/refusal.ts'
import { createRepeats } from './call/repeats.ts'
import { type Call, match, type Route } from './call/route.ts'
import { Streamed } from './call/streamed.ts'
import { queryOf } from './read/query.ts'
import { readRequestBody } from './read/request-body.ts'

/** Routes, and how their answers look when they fail. */
export interface Surface {
  readonly routes: readonly Route[]
  /** The body of a refusal, as its clients read it. */
  readonly bodyOf: (refused: Refused) => object
  /** The body of an answer that failed after its head was sent. */
  readonly lateFailure: (refused: Refused) => object
}

export interface RestOptions {
  /** Context for the caller, limited to what it may reach. */
  readonly open: (access: Access) => Promise<McpContext>
  readonly readOnly: boolean
  readonly log: Log
  /** Runs of requests that may come again. */
  readonly remembered: Map<string, RunId>
}

/**
 * Letta's clients wait 60 s for the head of an answer (TypeScript) or between two bytes (Python), and then ask again.
 * After this time the head is sent, and white space until the JSON is there.
 */
const PATIENCE_MILLISECONDS = 45_000
/** Well below those 60 s; chosen by hand. */
const SIGN_OF_LIFE_MILLISECONDS = 15_000

export async function serveRoutes(
  request: IncomingMessage,
  response: ServerResponse,
  { access, enterStream }: DoorCaller,
  surface: Surface,
  options: RestOptions,
): Promise<void> {
  const { log, readOnly } = options
  const { routes, lateFailure } = surface
  const refuse = (refused: Refused) => sendRefusal(response, refused, surface)
  try {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const matched = match(routes, request.method ?? '', pathname)
    if (!('route' in matched)) return refuse(noRoute(request, matched.methods, response))
    const { route, params } = matched
    if (!access.scopes.has(route.scope)) {
      const detail = `This needs the scope "${route.scope}", which the token lacks.`
      return refuse(plain(403, detail))
    }
    if (readOnly && !route.reads) {
      const detail = 'This server only reads (RECOLLECT_READ_ONLY), so nothing was changed.'
      return refuse(plain(403, detail))
    }
    const left = new AbortController()
    response.once('close', () => left.abort())
    const call: Call = {
      params,
      query: queryOf(searchParams),
      body: route.method === 'GET' ? undefined : await readRequestBody(request),
      context: await options.open(access),
      retries: Number(request.headers['x-stainless-retry-count'] ?? 0) || 0,
      caller: access,
      headers: request.headers,
      repeats: createRepeats(options.remembered),
      signal: left.signal,
    }
    const answering = route.handle(call)
    const answer = await withSignsOfLife(response, answering, (error) =>
      lateFailure(refusedBy(error, log)),
    )
    if (response.headersSent) return
    if (!(answer instanceof Streamed)) return answerJson(response, 200, answer ?? null)
    if (enterStream()) await stream(response, answer)
  } catch (error) {
    refuse(refusedBy(error, log))
  }
}

/** Waits for the answer; if that takes long, sends it too, with white space in front. */
async function withSignsOfLife(
  response: ServerResponse,
  answering: Promise<unknown>,
  failed: (error: unknown) => object,
): Promise<unknown> {
  const over = new AbortController()
  const isSoon = await Promise.race([
    answering.then(
      () => true,
      () => true,
    ),
    pause(PATIENCE_MILLISECONDS, false, { ref: false, signal: over.signal }).catch(() => true),
  ])
  over.abort()
  if (isSoon) return answering
  response.writeHead(200, { 'Content-Type': 'application/json' }).write(' ')
  const signs = setInterval(() => response.write(' '), SIGN_OF_LIFE_MILLISECONDS)
  try {
    const answer = await answering.catch(failed)
    response.end(JSON.stringify(answer ?? null))
  } finally {
    clearInterval(signs)
  }
  return undefined
}

async function stream(response: ServerResponse, answer: Streamed): Promise<void> {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-cache',
    'X-Accel-Buffering': 'no',
  })
  response.flushHeaders()
  await answer.write({
    async send(text) {
      if (response.closed) return
      response.write(text)
      await roomIn(response)
    },
  })
  response.end()
}

function sendRefusal(response: ServerResponse, refused: Refused, { bodyOf }: Surface): void {
  const { status, mayRepeat } = refused
  if (response.headersSent) {
    // The client must see that its answer is incomplete.
    response.destroy()
    return
  }
  if (status === 409 || status >= 500) response.setHeader('x-should-retry', String(mayRepeat))
  answerJson(response, status, bodyOf(refused))
}

function noRoute(
  { method }: IncomingMessage,
  methods: readonly string[],
  response: ServerResponse,
): Refused {
  if (methods.length === 0) {
    return plain(
      404,
      'There is nothing here. docs/letta.md and docs/openai.md list what is answered.',
    )
  }
  response.setHeader('Allow', methods.join(', '))
  return plain(405, `${method} is not answered here, but ${methods.join(', ')}.`)
}
