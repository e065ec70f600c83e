import { UserError } from '../../core/errors.ts'
import type { ModelFailure } from '../../llm/model.ts'

/** Such a failure says nothing about the model or the request: the caller does the same again later. */
export function throwIfExhausted({ reason, message, hint }: ModelFailure): void {
  if (reason === 'exhausted') throw new UserError('busy', `${message} ${hint}`)
}
