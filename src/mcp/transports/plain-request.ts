import type { IncomingMessage } from 'node:http'
import type { NodeIncomingMessageLike } from '@modelcontextprotocol/node'
import type { Access } from '../../core/access.ts'
import { takesStreams } from '../../http/accept.ts'
import { toAuthInfo } from './access-in-request.ts'

const BOTH_FORMS = 'application/json, text/event-stream'

/**
 * The request in the form that the SDK expects, with its access. The SDK requires `Accept` to name both JSON and
 * streams; we answer in the form the client can read.
 */
export function plainRequest(request: IncomingMessage, access: Access): NodeIncomingMessageLike {
  const { accept } = request.headers
  const forms = request.method === 'GET' && !takesStreams(accept) ? accept : BOTH_FORMS
  return {
    auth: toAuthInfo(access),
    method: request.method ?? 'GET',
    url: request.url ?? '/',
    headers: { ...request.headers, accept: forms },
    [Symbol.asyncIterator]: () => request[Symbol.asyncIterator](),
  }
}
