import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * Another answer on the port, without a token, because it is how a browser gets one. Host and Origin were checked
 * before; the rest is its own.
 */
export interface OpenDoor {
  /** Whether this path, without its query, is answered here. */
  leadsTo(path: string): boolean
  answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>
}
