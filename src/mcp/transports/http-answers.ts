import type { ServerResponse } from 'node:http'
import { describeError, type Log } from '../../core/log.ts'
import { isTooLarge } from './read-body.ts'

/** Answers a request that could not be served, as far as it can still be answered. */
export function fail(response: ServerResponse, error: unknown, log: Log): void {
  if (response.headersSent) {
    response.destroy()
  } else if (isTooLarge(error)) {
    refuse(response, 413, 'The request is larger than 4 MiB.')
  } else if (error instanceof SyntaxError) {
    refuse(response, 400, 'The body of the request is not JSON.', -32_700)
  } else {
    log('error', 'an HTTP request failed', { error: describeError(error) })
    refuse(response, 500, 'Recollect failed on this request.', -32_603)
  }
}

/** Every refusal is a JSON-RPC error too, so that an MCP client can show its text. */
export function refuse(
  response: ServerResponse,
  status: number,
  message: string,
  code = -32_000,
): void {
  answerJson(response, status, { jsonrpc: '2.0', error: { code, message }, id: null })
}

export function answerJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value))
}
