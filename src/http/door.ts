import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Access } from '../core/access.ts'

/** A protocol of its own beside MCP: on the same port, behind the same guard, tokens and limits. */
export interface Door {
  owns(path: string): boolean
  /** Sends a refusal in the form that its clients read. */
  refuse(response: ServerResponse, status: number, message: string): void
  serve(request: IncomingMessage, response: ServerResponse, caller: DoorCaller): Promise<void>
}

export interface DoorCaller {
  readonly access: Access
  /** Counts the response among the caller's streams. False: it has too many, and the refusal was sent. */
  enterStream(): boolean
}
