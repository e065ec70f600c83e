import type { IncomingMessage, ServerResponse } from 'node:http'

/** Something else that the server answers beside MCP. Host and Origin were checked before; the rest is the door's own. */
export interface Door {
  /** Whether this path, without its query, is answered by this door. */
  leadsTo(path: string): boolean
  answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>
}
