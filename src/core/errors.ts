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
