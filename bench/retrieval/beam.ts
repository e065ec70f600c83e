import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Conversation, DataSet, Session, Turn } from './data-set.ts'

/*
 * BEAM (github.com/mohammadtavakoli78/BEAM, without a licence: for private use): chats with an assistant whose answers
 * are long. `--data` is one of its folders of chats, such as chats/100K. Questions whose answer is that the chat does
 * not say have no evidence, and are left out.
 */

interface Batch {
  readonly turns: readonly (readonly Message[])[]
}

interface Message {
  readonly id: number
  readonly role: 'user' | 'assistant'
  readonly content: string
  /** `March-15-2024`, at the first message of a day's talk. */
  readonly time_anchor?: string
}

interface Probe {
  readonly question: string
  readonly source_chat_ids?: unknown
}

/** The most that a passage may have. */
const LONGEST = 100_000

export function readBeam(path: string): DataSet | undefined {
  if (!statSync(path).isDirectory()) return undefined
  const chats = readdirSync(path).filter((chat) => existsSync(join(path, chat, 'chat.json')))
  if (chats.length === 0) return undefined
  const inOrder = chats.toSorted((a, b) => Number(a) - Number(b))
  return {
    name: `beam-${basename(path)}`,
    conversations: inOrder.map((chat) => readChat(path, chat)),
    groups: {},
  }
}

function readChat(path: string, chat: string): Conversation {
  const batches: readonly Batch[] = readJson(join(path, chat, 'chat.json'))
  const probes: Readonly<Record<string, readonly Probe[]>> = readJson(
    join(path, chat, 'probing_questions/probing_questions.json'),
  )
  const sessions = batches.map(toSession)
  const known = new Set(sessions.flatMap(({ turns }) => turns.map(({ id }) => id)))
  const questions = Object.entries(probes).flatMap(([category, ofCategory]) =>
    ofCategory.map(({ question, source_chat_ids }) => ({
      text: question,
      category,
      evidence: [...new Set(idsIn(source_chat_ids))].filter((id) => known.has(id)),
    })),
  )
  return { name: chat, sessions, questions: questions.filter(({ evidence }) => evidence.length) }
}

function toSession({ turns }: Batch, index: number): Session {
  const messages = turns.flat()
  const anchor = messages.find(({ time_anchor }) => time_anchor)?.time_anchor
  const at = anchor === undefined ? Number.NaN : Date.parse(`${anchor.replaceAll('-', ' ')} UTC`)
  return {
    source: `batch ${index + 1}`,
    ...(!Number.isNaN(at) && { createdAt: new Date(at).toISOString() }),
    turns: messages.map(({ id, role, content }): Turn => {
      return { id: String(id), role, text: content.slice(0, LONGEST) }
    }),
  }
}

/** Lists of numbers, or such lists by what they are evidence of. */
function idsIn(value: unknown): readonly string[] {
  if (typeof value === 'number') return [String(value)]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(idsIn) : []
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8'))
}
