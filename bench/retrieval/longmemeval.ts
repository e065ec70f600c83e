import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import type { Conversation, DataSet, Session } from './data-set.ts'

/*
 * LongMemEval (github.com/xiaowu0162/LongMemEval): for each question a history of chats with an assistant of its own.
 * `--data` is one of its files, such as longmemeval_s.json. Turns marked `has_answer` are the evidence; questions
 * without any (those that can't be answered) are left out.
 */

interface Item {
  readonly question_id: string
  readonly question_type: string
  readonly question: string
  readonly answer?: string | number
  readonly haystack_session_ids: readonly string[]
  /** `2023/05/30 (Tue) 23:40`. */
  readonly haystack_dates: readonly string[]
  readonly haystack_sessions: readonly (readonly Said[])[]
}

interface Said {
  readonly role: 'user' | 'assistant'
  readonly content: string
  readonly has_answer?: boolean
}

/** The most that a passage may have. */
const LONGEST = 100_000

export function readLongMemEval(path: string): DataSet | undefined {
  if (!statSync(path).isFile() || !path.endsWith('.json')) return undefined
  const items: unknown = JSON.parse(readFileSync(path, 'utf8'))
  if (!Array.isArray(items) || !items.every(isItem)) return undefined
  return {
    name: basename(path, '.json'),
    conversations: items.map(toConversation).filter(({ questions }) => questions.length > 0),
    groups: {},
  }
}

function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && 'haystack_sessions' in value
}

function toConversation(item: Item): Conversation {
  const evidence: string[] = []
  const sessions = item.haystack_sessions.map((said, place): Session => {
    const source = `${place + 1} ${item.haystack_session_ids[place] ?? ''}`
    const createdAt = parseDate(item.haystack_dates[place])
    const turns = said.flatMap(({ role, content, has_answer }, turn) => {
      const id = `${place + 1}:${turn + 1}`
      const text = content.trim().slice(0, LONGEST)
      if (text === '') return []
      if (has_answer) evidence.push(id)
      return [{ id, role, text }]
    })
    return { source, turns, ...(createdAt !== undefined && { createdAt }) }
  })
  const { question_id: name, question: text, question_type: category, answer } = item
  const expected = answer === undefined ? {} : { answer: String(answer) }
  return {
    name,
    sessions: sessions.filter(({ turns }) => turns.length > 0),
    questions: evidence.length > 0 ? [{ text, category, ...expected, evidence }] : [],
  }
}

/** Taken as UTC. */
function parseDate(text = ''): string | undefined {
  const [, year, month, day, time = '00:00'] =
    /^(\d{4})\/(\d{2})\/(\d{2})(?: \(\w+\))?(?: (\d{2}:\d{2}))?$/.exec(text) ?? []
  return year === undefined ? undefined : `${year}-${month}-${day}T${time}:00Z`
}
