import { isRecord } from '../../core/is-record.ts'
import type { Turn } from './rehearsal-turn.ts'

export interface KnownName {
  readonly name: string
  /** The words in the block that state the name, unchanged. */
  readonly sentence: string
}

const NAME_IN_BLOCK: readonly RegExp[] = [
  /\bname(?:\s+is|:)\s+([^\s.,;!?<][^.,;!?<\n]{0,80})/iu,
  /\b(?:called|named)\s+(\p{Lu}[\p{L}'’-]{0,40})/u,
]
const HUMAN_BLOCK = /<block label="human"[^>]*>([\s\S]*?)<\/block>/
const NO_NAME = /^(?:not\b|unknown\b|yet\b)/i

/** The user's name as the `human` block in the system prompt states it. */
export function findKnownName({ system }: Turn): KnownName | null {
  const text = HUMAN_BLOCK.exec(system)?.[1] ?? ''
  for (const pattern of NAME_IN_BLOCK) {
    const match = pattern.exec(text)
    const name = match?.[1]?.trim() ?? ''
    if (match && name !== '') return { name, sentence: match[0].trimEnd() }
  }
  return null
}

export function isRealName(known: KnownName | null): known is KnownName {
  return known !== null && !NO_NAME.test(known.name)
}

/** A failed call shows in the words of its result or in a status. */
export function findProblem(text: string): string | null {
  const fields = readObject(text)
  if (fields && /^(?:error|failed)$/i.test(String(fields.status ?? ''))) {
    return String(fields.message ?? fields.error ?? text)
  }
  if (fields && fields.error !== undefined) {
    const { error } = fields
    return typeof error === 'string' ? error : JSON.stringify(error)
  }
  return /^\s*(?:error|failed)\b/i.test(text) ? text.trim() : null
}

/** The texts that a search found; an unreadable result is quoted whole. */
export function readFound(text: string): readonly string[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return text.trim() === '' ? [] : [text.trim()]
  }
  return textsIn(value)
}

const LIST_FIELDS = ['results', 'passages', 'messages', 'message'] as const
const TEXT_FIELDS = ['content', 'text', 'message'] as const

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return readFound(value)
  if (Array.isArray(value)) return value.flatMap(textOf)
  if (!isRecord(value)) return []
  for (const field of LIST_FIELDS) {
    if (value[field] !== undefined) return textsIn(value[field])
  }
  return []
}

function textOf(item: unknown): readonly string[] {
  if (typeof item === 'string') return [item]
  if (!isRecord(item)) return []
  const text = TEXT_FIELDS.map((field) => item[field]).find((each) => typeof each === 'string')
  return typeof text === 'string' ? [text] : []
}

function readObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}
