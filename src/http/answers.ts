import type { IncomingMessage, ServerResponse } from 'node:http'
import { UserError } from '../core/errors.ts'
import { describeError, type Log } from '../core/log.ts'
import { BodyError } from './read-body.ts'

/** Chosen by hand. */
const UNREAD_MILLISECONDS = 1_000
const BUSY_SECONDS = 5

/** Sends an error for a request that failed, if a response can still be sent. */
export function fail(response: ServerResponse, error: unknown, log: Log): void {
  if (response.headersSent || response.req.errored) {
    // Abort: the client has left, or must see that its response is incomplete.
    response.destroy()
  } else if (error instanceof BodyError) {
    refuse(response, error.status, error.message, error.code)
  } else if (error instanceof UserError && error.code === 'busy') {
    askToWait(response, 503, error.message, BUSY_SECONDS)
  } else {
    log('error', 'an HTTP request failed', { error: describeError(error) })
    refuse(response, 500, 'Recollect failed on this request.', -32_603)
  }
}

/** Refuses a request. Every refusal is also a JSON-RPC error, so that an MCP client can show its text. */
export function refuse(
  response: ServerResponse,
  status: number,
  message: string,
  code = -32_000,
): void {
  answerJson(response, status, { jsonrpc: '2.0', error: { code, message }, id: null })
}

/** A refusal with `Retry-After`. */
export function askToWait(
  response: ServerResponse,
  status: 429 | 503,
  message: string,
  seconds: number,
): void {
  response.setHeader('Retry-After', seconds)
  refuse(response, status, message)
}

/** Refuses methods other than GET and HEAD. Returns true if the request was refused. */
export function refuseMoreThanReading(request: IncomingMessage, response: ServerResponse): boolean {
  if (request.method === 'GET' || request.method === 'HEAD') return false
  response.setHeader('Allow', 'GET, HEAD')
  refuse(response, 405, 'Only GET and HEAD are answered here.')
  return true
}

export function answerJson(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value))
  const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length }
  if (!hasUnreadBody(response.req)) {
    response.writeHead(status, headers).end(body)
    return
  }
  response.writeHead(status, { ...headers, Connection: 'close' }).write(body)
  endUnread(response)
}

function hasUnreadBody({ complete, headers }: IncomingMessage): boolean {
  const isChunked = headers['transfer-encoding'] !== undefined
  return !complete && (isChunked || Number(headers['content-length'] ?? 0) > 0)
}

/**
 * Closes the connection after the complete answer. A client that is still sending gets a moment to read it; closing at
 * once would show it a connection error instead.
 */
function endUnread(response: ServerResponse): void {
  const { req: request } = response
  const end = () => {
    clearTimeout(timer)
    response.end()
  }
  const timer = setTimeout(end, UNREAD_MILLISECONDS)
  request.once('end', end)
  request.once('close', end)
  request.resume()
}
