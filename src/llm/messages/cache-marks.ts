import { isRecord } from '../../core/is-record.ts'
import type { Fields } from '../wire/fields.ts'
import { isThinking } from './message-extras.ts'
import type { Turn } from './to-turns.ts'

/*
 * Everything up to a mark is cached. There may be four: one behind the tools, one behind the system prompt, and two in
 * the history, where it ends now and where it ended a step ago. So a step reads what the step before it wrote, however
 * many blocks lie between them.
 */

export const CACHED = { cache_control: { type: 'ephemeral' } } as const
const MARKS_IN_HISTORY = 2

export function markHistory(turns: readonly Turn[]): readonly Fields[] {
  const marked = new Map<number, number>()
  for (let index = turns.length - 1; index >= 0 && marked.size < MARKS_IN_HISTORY; index -= 1) {
    const turn = turns[index]
    if (turn?.role !== 'user') continue
    const place = turn.content.slice(0, turn.stable).findLastIndex((block) => !isThinking(block))
    if (place >= 0) marked.set(index, place)
  }
  return turns.map(({ role, content }, index) => ({
    role,
    content: content.map((block, place) =>
      marked.get(index) === place ? { ...block, ...CACHED } : block,
    ),
  }))
}

/** For a server that does not know them. */
export function withoutMarks(body: Fields): Fields {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      name === 'tools' || name === 'system' || name === 'messages' ? strip(value) : value,
    ]),
  )
}

/** Not within what tools or models wrote, where a field may be called so. */
function strip(value: unknown): unknown {
  if (!Array.isArray(value)) return value
  return value.map((entry: unknown) => {
    if (!isRecord(entry)) return entry
    const { cache_control: _mark, ...kept } = entry
    return 'content' in kept && 'role' in kept ? { ...kept, content: strip(kept.content) } : kept
  })
}
