import { isRecord } from '../../core/is-record.ts'
import { remembered, rememberedList } from '../../core/remembered.ts'
import type { Fields } from '../wire/fields.ts'
import { isThinking } from './message-extras.ts'
import type { Turn } from './to-turns.ts'

/*
 * Everything up to a mark is cached, and a request may hold four marks: one after the tools, one after the system
 * prompt, and two in the history, at its present end and at its end one step ago. So each step reads the cache that the
 * step before it wrote, however many blocks lie between them.
 */

export const CACHED = { cache_control: { type: 'ephemeral' } } as const
/** Chosen by hand. */
const MARKS_IN_HISTORY = 2

export function markHistory(turns: readonly Turn[]): readonly Fields[] {
  const marked = new Map<number, number>()
  for (let index = turns.length - 1; index >= 0 && marked.size < MARKS_IN_HISTORY; index -= 1) {
    const turn = turns[index]
    if (turn?.role !== 'user') continue
    const place = turn.content.slice(0, turn.stable).findLastIndex((block) => !isThinking(block))
    if (place >= 0) marked.set(index, place)
  }
  const messages = [...toMessages(turns)]
  for (const [index, place] of marked) {
    messages[index] = mark(turns[index] as Turn, place)
  }
  return messages
}

const toMessages = rememberedList(({ role, content }: Turn): Fields => ({ role, content }))

/** Remembered, since the older of the marks stays where the newer one was. */
const mark = remembered(
  ({ role, content }: Turn, place: number): Fields => ({
    role,
    content: content.map((block, index) => (index === place ? { ...block, ...CACHED } : block)),
  }),
)

/** For servers that do not know cache marks. */
export function withoutMarks(body: Fields): Fields {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      name === 'tools' || name === 'system' || name === 'messages' ? strip(value) : value,
    ]),
  )
}

/** Skips text from tools and models, which may hold a field of the same name. */
function strip(value: unknown): unknown {
  if (!Array.isArray(value)) return value
  return value.map((entry: unknown) => (isRecord(entry) ? stripEntry(entry) : entry))
}

/** Remembered, since the history is sent again at every step. */
const stripEntry = remembered((entry: Fields): Fields => {
  const { cache_control: _mark, ...kept } = entry
  return 'content' in kept && 'role' in kept ? { ...kept, content: strip(kept.content) } : kept
})
