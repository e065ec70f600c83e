import type { ContentBlock } from '@modelcontextprotocol/server'
import { UserError } from '../../core/errors.ts'
import { exhaustedError, isExhausted } from '../../core/exhausted.ts'
import { describeError, type Log } from '../../core/log.ts'
import { excerpt } from '../../core/text.ts'
import { type Answer, pieceOf } from '../present/fit.ts'

/**
 * Maximum length of an error text, which may quote input of any length. Our longest error quotes a block
 * (`quoteValue`).
 */
const ERROR_CHARACTERS = 7_000
/** The same limit as JSON text, where a control character takes six characters. */
const ERROR_JSON_CHARACTERS = 15_000

/** A tool result as it is sent. Clients show a model either `content` or `structuredContent`, so both say the same. */
export interface ToolResult {
  readonly content: ContentBlock[]
  readonly structuredContent: Record<string, unknown>
  readonly isError?: true
}

export function toResult(
  answer: Answer,
  content: readonly ContentBlock[] = [text(JSON.stringify(answer))],
): ToolResult {
  return { content: [...content], structuredContent: { ...answer } }
}

/** Result for an answer that reports a failure, such as a run that ended with an error. */
export function toFailedResult(answer: Answer, sentences: string): ToolResult {
  const said = shortened(sentences)
  return { content: [text(said)], structuredContent: { ...answer }, isError: true }
}

export function toErrorResult(error: unknown, log: Log): ToolResult {
  const { code, message: whole } = toUserError(error, log)
  const message = shortened(whole)
  return {
    content: [text(message)],
    structuredContent: { error: { code, message } },
    isError: true,
  }
}

/** The error shown to the caller. Details of internal errors go to the log only. */
export function toUserError(error: unknown, log: Log): UserError {
  if (error instanceof UserError) return error
  if (isExhausted(error)) return exhaustedError(error)
  log('error', 'a request failed', {
    error: describeError(error),
    ...(error instanceof Error && error.stack !== undefined && { stack: error.stack }),
  })
  return new UserError(
    'internal',
    'Recollect failed on this request because of a fault of its own, written to its log. ' +
      'Look at the present state before you try again.',
  )
}

function shortened(sentences: string): string {
  const said = excerpt(sentences, ERROR_CHARACTERS)
  const piece = pieceOf(said, 0, ERROR_JSON_CHARACTERS)
  return piece.nextOffset === undefined ? said : `${piece.text}…`
}

function text(value: string): ContentBlock {
  return { type: 'text', text: value }
}
