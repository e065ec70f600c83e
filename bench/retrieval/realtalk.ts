import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Conversation, DataSet, Session } from './data-set.ts'

/*
 * REALTALK (github.com/danny911kr/REALTALK): messages that two people exchanged over three weeks, with questions as in
 * LoCoMo. `--data` is its folder `data`, or one of its chats.
 */

const CHAT = /^Chat_.+\.json$/

type Chat = Readonly<Record<string, unknown>> & {
  readonly name: { readonly speaker_1: string }
  readonly qa: readonly {
    readonly question: string
    readonly category: number
    readonly answer?: string
    readonly evidence: readonly string[]
  }[]
}

interface Message {
  readonly clean_text: string
  readonly speaker: string
  /** `29.12.2023, 22:42:04`. */
  readonly date_time: string
  readonly dia_id: string
  readonly blip_caption?: string | readonly string[]
}

export function readRealtalk(path: string): DataSet | undefined {
  const files = statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((file) => CHAT.test(file))
        .map((file) => join(path, file))
    : [path].filter((file) => CHAT.test(basename(file)) && existsSync(file))
  if (files.length === 0) return undefined
  const chats = files.map((file) => ({ file, chat: readJson(file) }))
  if (!chats.every(({ chat }) => 'name' in chat && 'qa' in chat)) return undefined
  const inOrder = chats.toSorted((a, b) => numberOf(a.file) - numberOf(b.file))
  const whole = files.length > 1 || statSync(path).isDirectory()
  return {
    name: `realtalk-${basename(whole ? path : dirname(path))}`,
    conversations: inOrder.map(({ file, chat }) => toConversation(basename(file, '.json'), chat)),
    groups: {},
  }
}

function toConversation(name: string, chat: Chat): Conversation {
  const sessions = Object.entries(chat).flatMap(([source, messages]): Session[] => {
    if (!/^session_\d+$/.test(source) || !Array.isArray(messages)) return []
    const said: readonly Message[] = messages
    const createdAt = parseDate(said[0]?.date_time)
    return [
      {
        source,
        ...(createdAt !== undefined && { createdAt }),
        turns: said
          .filter(({ clean_text, blip_caption }) => clean_text || blip_caption?.length)
          .map(({ dia_id, speaker, clean_text, blip_caption }) => ({
            id: dia_id,
            text: `${speaker}: ${clean_text}${blip_caption?.length ? ` [image: ${[blip_caption].flat().join(', ')}]` : ''}`,
            role: speaker === chat.name.speaker_1 ? 'user' : 'assistant',
          })),
      },
    ]
  })
  const known = new Set(sessions.flatMap(({ turns }) => turns.map(({ id }) => id)))
  const questions = chat.qa.map(({ question, category, answer, evidence }) => ({
    text: question,
    category: String(category),
    ...(answer !== undefined && { answer }),
    evidence: [...new Set(evidence.flatMap((text) => text.match(/D\d+:\d+/g) ?? []))].filter((id) =>
      known.has(id),
    ),
  }))
  return { name, sessions, questions: questions.filter(({ evidence }) => evidence.length > 0) }
}

function readJson(path: string): Chat {
  return JSON.parse(readFileSync(path, 'utf8')) as Chat
}

function numberOf(file: string): number {
  return Number(/\d+/.exec(basename(file))?.[0] ?? 0)
}

/** Taken as UTC. */
function parseDate(text = ''): string | undefined {
  const [, day, month, year, time] =
    /^(\d{2})\.(\d{2})\.(\d{4}),\s*(\d{2}:\d{2}:\d{2})$/.exec(text) ?? []
  return year === undefined ? undefined : `${year}-${month}-${day}T${time}Z`
}
