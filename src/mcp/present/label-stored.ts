import { isRecord } from '../../core/is-record.ts'
import { PROMPTS } from '../../generated/prompts.ts'
import { type Answer, listOf } from './fit.ts'

/*
 * Anyone may have written what an agent remembers. In an answer it stands inside a JSON string, which no text can
 * close, after a notice that marks it as data. Some clients show a model only `content` and some only
 * `structuredContent`; the notice is a field of the answer and so appears in both.
 */

/** Fields of an answer that hold stored text, in a list or in one object. */
const HOLDERS = [
  'block',
  'blocks',
  'versions',
  'passages',
  'similar',
  'messages',
  'runs',
  'evicts',
  'summary',
  'job',
  'jobs',
  'schedule',
  'schedules',
  'tool',
  'tools',
  'changes',
] as const
/** Names of the text fields in those objects. */
const TEXTS = [
  'value',
  'text',
  'message',
  'arguments',
  'reason',
  'title',
  'report',
  'source',
  'description',
  'diff',
] as const
/** Fields that are stored text themselves. */
const WHOLE = ['request', 'diff', 'text', 'result', 'stdout', 'stderr'] as const

/** Adds the notice as the first field if the answer carries stored text. */
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
