import { createRedaction } from '../../core/redact.ts'
import type { ModelFailure } from '../model.ts'
import type { ErrorDetail } from './error-body.ts'

/** Takes the key of an endpoint out of whatever it, or the way to it, said. */
export function createRedactor(key: string) {
  const redact = createRedaction([key])
  return {
    failure: (failure: ModelFailure): ModelFailure => ({
      ...failure,
      message: redact(failure.message),
      hint: redact(failure.hint),
    }),
    /** Before it is quoted: half of a key would not be recognised any more. */
    detail: (detail: ErrorDetail): ErrorDetail => ({
      ...detail,
      message: redact(detail.message),
      code: redact(detail.code),
      type: redact(detail.type),
      param: redact(detail.param),
    }),
  }
}
