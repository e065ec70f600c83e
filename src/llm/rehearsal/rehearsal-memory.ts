import { z } from 'zod'
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

/** The words of a failed call. */
export function findProblem(text: string): string | null {
  return /^\s*error\b/i.test(text) ? text.trim() : null
}

/** Results of the search tools, as far as they are told to the user. */
const Results = z.object({ results: z.array(z.object({ content: z.string() })) })

/** The texts that a search found; an unreadable result is quoted whole. */
export function readFound(text: string): readonly string[] {
  try {
    return Results.parse(JSON.parse(text)).results.map(({ content }) => content)
  } catch {
    return text.trim() === '' ? [] : [text.trim()]
  }
}
