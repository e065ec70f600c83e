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
 * A failure that somebody can mend. Its message is shown to people and models as it is: one or two sentences,
 * what was wrong and what to do next, without secrets, paths of ours or stack traces.
 */
export class UserError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'UserError'
    this.code = code
  }
}

/** What one agent always has before it no longer fits its context window; the message names that agent. */
export class NoRoomError extends UserError {
  readonly agentId: AgentId

  constructor(agentId: AgentId, message: string) {
    super('limit_exceeded', message)
    this.agentId = agentId
  }
}
