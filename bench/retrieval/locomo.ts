import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import type { Conversation, DataSet, Question, Session } from './data-set.ts'

/*
 * LoCoMo (github.com/snap-research/locomo, CC BY-NC 4.0: never committed): long conversations of two people, and
 * questions with the ids of the turns that answer them.
 */

interface Sample {
  readonly sample_id: string
  readonly conversation: Readonly<Record<string, string | readonly Dialog[]>>
  readonly qa: readonly {
    readonly question: string
    readonly category: number
    readonly answer?: string | number
    readonly evidence: readonly string[]
  }[]
}

interface Dialog {
  readonly speaker: string
  readonly dia_id: string
  readonly text: string
  readonly blip_caption?: string
}

export function readLocomo(path: string): DataSet | undefined {
  if (!statSync(path).isFile()) return undefined
  const samples: unknown = JSON.parse(readFileSync(path, 'utf8'))
  if (!Array.isArray(samples) || !samples.every(isSample)) return undefined
  return {
    name: basename(path, '.json'),
    conversations: samples.map(toConversation),
    groups: { '1–4': ['1', '2', '3', '4'] },
  }
}

function isSample(value: unknown): value is Sample {
  return typeof value === 'object' && value !== null && 'conversation' in value && 'qa' in value
}

function toConversation({ sample_id, conversation, qa }: Sample): Conversation {
  const sessions = Object.entries(conversation).flatMap(([key, turns]): Session[] => {
    if (typeof turns === 'string' || !/^session_\d+$/.test(key)) return []
    return [
      {
        source: key,
        createdAt: parseDate(String(conversation[`${key}_date_time`])),
        turns: turns.map(({ dia_id, speaker, text, blip_caption }) => ({
          id: dia_id,
          text: `${speaker}: ${text}${blip_caption ? ` [image: ${blip_caption}]` : ''}`,
          role: speaker === conversation.speaker_a ? 'user' : 'assistant',
        })),
      },
    ]
  })
  const known = new Set(sessions.flatMap(({ turns }) => turns.map(({ id }) => id)))
  const questions = qa.map(
    ({ question, category, answer, evidence }): Question => ({
      text: question,
      category: String(category),
      ...(answer !== undefined && { answer: String(answer) }),
      evidence: parseEvidence(evidence, known),
    }),
  )
  return { name: sample_id, sessions, questions: questions.filter((one) => one.evidence.length) }
}

/** Some are several in one (`D8:6; D9:17`) or misspelt (`D30:05`, `D:11:26`). */
function parseEvidence(evidence: readonly string[], known: ReadonlySet<string>): readonly string[] {
  const ids = evidence.flatMap((text) =>
    [...text.matchAll(/D:?(\d+):(\d+)/g)].map(
      ([, session, turn]) => `D${Number(session)}:${Number(turn)}`,
    ),
  )
  return [...new Set(ids)].filter((id) => known.has(id))
}

/** From `1:56 pm on 8 May, 2023`, taken as UTC. */
function parseDate(text: string): string {
  const [time, day] = text.split(' on ')
  const at = Date.parse(`${day} ${time} UTC`)
  if (Number.isNaN(at)) throw new Error(`"${text}" is no date of LoCoMo.`)
  return new Date(at).toISOString()
}
