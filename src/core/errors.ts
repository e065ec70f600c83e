import type { AgentId } from './ids.ts'

export const ERROR_CODES = [
  'not_found',
  'invalid_argument',
  'conflict',
  'limit_exceeded',
  'read_only',
  'busy',
  'model_unavailable',
  'storage_full',
  'unauthorized',
  'unsupported',
  'internal',
] as const
export type ErrorCode = (typeof ERROR_CODES)[number]

/**
 * An error that the user can fix. The message is shown to people and models unchanged: one or two sentences that say
 * what was wrong and what to do next, without secrets, internal paths or stack traces.
 */
export class UserError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'UserError'
    this.code = code
  }
}

/**
 * Something that a call needs is not there: a runtime, a server, a host that may be fetched from. Trying again does not
 * help, unlike with a database that is being migrated.
 */
export class Unavailable extends UserError {
  constructor(message: string, options?: ErrorOptions) {
    super('unsupported', message, options)
  }
}

/** The fixed part of an agent's context no longer fits its context window. The message names the agent. */
export class NoRoomError extends UserError {
  readonly agentId: AgentId

  constructor(agentId: AgentId, message: string) {
    super('limit_exceeded', message)
    this.agentId = agentId
  }
}
