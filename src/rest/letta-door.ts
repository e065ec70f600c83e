import type { IncomingMessage, ServerResponse } from 'node:http'
import type { DoorCaller } from '../http/door.ts'
import { ROUTES } from './routes/index.ts'
import { type RestOptions, type Surface, serveRoutes } from './serve.ts'
import { lateFailure } from './turn/answer-turn.ts'

const LETTA: Surface = { routes: ROUTES, bodyOf: ({ body }) => body, lateFailure }

/** Answers a request of Letta's REST. */
export function serveLetta(
  request: IncomingMessage,
  response: ServerResponse,
  caller: DoorCaller,
  options: RestOptions,
): Promise<void> {
  return serveRoutes(request, response, caller, LETTA, options)
}
