import { UserError } from '../../core/errors.ts'
import type { ModelFailure } from '../../llm/model.ts'

/** Such a failure says nothing about the model or the request, so the caller tries again later. */
export function throwIfExhausted({ reason, message, hint }: ModelFailure): void {
  if (reason === 'exhausted') throw new UserError('busy', `${message} ${hint}`)
}
