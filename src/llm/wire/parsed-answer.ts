import type { TokenUsage } from '../../core/run.ts'
import type { ModelWords } from '../model.ts'
import type { ErrorDetail } from './error-body.ts'

export type ParsedAnswer =
  | {
      readonly kind: 'answer'
      readonly words: ModelWords
      /** null: the server did not count. */
      readonly usage: TokenUsage | null
    }
  /** The server reports an error with status 200. */
  | { readonly kind: 'error'; readonly detail: ErrorDetail }
  | { readonly kind: 'invalid'; readonly problem: string }

export function invalid(problem: string): ParsedAnswer {
  return { kind: 'invalid', problem }
}
