import { isRecord } from '../../core/is-record.ts'
import { PROMPTS } from '../../generated/prompts.ts'
import { type Answer, listOf } from './fit.ts'

/*
 * What an agent remembers was written by anybody. In an answer it stands between the quotes of a JSON string, which no
 * text can close by itself, and a notice before it says what it is. Some clients show a model only `content` and some
 * only `structuredContent`, so the notice is a field of the answer and thus in both.
 */

/** Fields of an answer that hold stored text, in items or in one object. */
const HOLDERS = ['block', 'blocks', 'versions', 'passages', 'similar', 'messages', 'runs'] as const
/** What the text is called in there. */
const TEXTS = ['value', 'text', 'message', 'arguments', 'reason'] as const
/** Fields that are such text themselves. */
const WHOLE = ['request', 'diff', 'text'] as const

/** The answer with the notice as its first field, if it carries stored text. */
export function labelStored(answer: Answer): Answer {
  return carriesStored(answer) ? { notice: PROMPTS['mcp-stored-text'], ...answer } : answer
}

function carriesStored(answer: Answer): boolean {
  if (WHOLE.some((key) => isText(answer[key]))) return true
  const items = HOLDERS.flatMap((key) => [answer[key], ...listOf(answer, key)])
  return items.some((item) => isRecord(item) && TEXTS.some((key) => isText(item[key])))
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}
