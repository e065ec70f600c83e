import type { IncomingMessage, ServerResponse } from 'node:http'
import type { DoorCaller } from '../http/door.ts'
import type { Refused } from '../rest/call/refusal.ts'
import { type RestOptions, type Surface, serveRoutes } from '../rest/serve.ts'
import { errorBody } from './error-body.ts'
import { OPENAI_ROUTES } from './routes.ts'

const OPENAI: Surface = {
  routes: OPENAI_ROUTES,
  bodyOf: inForm,
  lateFailure: inForm,
}

/** Answers a request of a program that speaks OpenAI's chat completions. */
export function serveOpenai(
  request: IncomingMessage,
  response: ServerResponse,
  caller: DoorCaller,
  options: RestOptions,
): Promise<void> {
  return serveRoutes(request, response, caller, OPENAI, options)
}

function inForm({ status, body }: Refused): object {
  const detail = 'detail' in body ? body.detail : 'The request was refused.'
  return errorBody(status, typeof detail === 'string' ? detail : JSON.stringify(detail))
}
