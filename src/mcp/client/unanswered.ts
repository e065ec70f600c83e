import type { CreateMessageResult } from '@modelcontextprotocol/server'
import { isRecord } from '../../core/is-record.ts'
import { excerpt } from '../../core/text.ts'

/*
 * When a client fails to answer, the failure is its answer, so that the tool can say how to go on. A client that forges
 * this form only says that it has no answer.
 */

const REASON = 'recollect/unanswered'
/** Chosen by hand. */
const MAX_REASON_CHARACTERS = 300

export function unanswered(error: unknown): CreateMessageResult {
  const reason = error instanceof Error ? error.message : String(error)
  return {
    role: 'assistant',
    model: '',
    content: { type: 'text', text: '' },
    _meta: { [REASON]: excerpt(reason, MAX_REASON_CHARACTERS) },
  }
}

/** Why there is no answer; undefined if there is one. */
export function reasonOf(answer: unknown): string | undefined {
  if (!isRecord(answer)) return 'it brought none'
  const reason = isRecord(answer._meta) ? answer._meta[REASON] : undefined
  return typeof reason === 'string' ? excerpt(reason, MAX_REASON_CHARACTERS) : undefined
}
