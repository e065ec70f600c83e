import { createRedaction } from '../../core/redact.ts'
import type { ModelFailure } from '../model.ts'
import type { ErrorDetail } from './error-body.ts'

/** Removes an endpoint's key from all messages of the server and the network. */
export function createRedactor(key: string) {
  const redact = createRedaction([key])
  return {
    failure: (failure: ModelFailure): ModelFailure => ({
      ...failure,
      message: redact(failure.message),
      hint: redact(failure.hint),
    }),
    /** Runs before the text is shortened: half of a key would not be recognized. */
    detail: (detail: ErrorDetail): ErrorDetail => ({
      ...detail,
      message: redact(detail.message),
      code: redact(detail.code),
      type: redact(detail.type),
      param: redact(detail.param),
    }),
  }
}
