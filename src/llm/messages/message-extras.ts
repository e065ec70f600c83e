import { ESCAPED_TROUBLE } from '../../core/clean-value.ts'
import { isRecord } from '../../core/is-record.ts'
import type { Extras } from '../../core/message.ts'
import type { ModelMessage } from '../model.ts'
import type { Fields } from '../wire/fields.ts'

/*
 * Stores an answer's blocks in their order: signed thinking unchanged, and a placeholder for each text and each call.
 * Thinking is sent back unmodified, before the blocks that followed it.
 */

export type Answer = Extract<ModelMessage, { role: 'assistant' }>

const WIRE = 'messages'
/** Chosen by hand. */
const MAX_EXTRAS_CHARACTERS = 1_000_000
const SOUND_ID = /^[\w-]{1,200}$/

const THINKING: ReadonlySet<unknown> = new Set(['thinking', 'redacted_thinking'])

/** Fields of a block of thinking that must come back. */
export const OWN_THINKING: ReadonlySet<string> = new Set(['type', 'thinking', 'signature', 'data'])

export function isThinking({ type }: Fields): boolean {
  return THINKING.has(type)
}

/** `ids`: ids of the calls, where the provider gave one. */
export function toExtras(
  model: string,
  content: readonly Fields[],
  ids: readonly (string | null)[],
): Extras | undefined {
  const blocks = content.flatMap((block): Fields[] => {
    if (isThinking(block)) return [block]
    if (block.type === 'text') return [{ type: 'text', text: block.text }]
    return block.type === 'tool_use' ? [{ type: 'tool_use' }] : []
  })
  const hasThinking = blocks.some(isThinking)
  const hasIds = ids.some((id) => id !== null)
  if (!hasThinking && !hasIds) return undefined
  const extras = {
    model,
    wire: WIRE,
    ...(hasThinking && { message: { blocks } }),
    ...(hasIds && { calls: ids.map((id) => (id === null ? null : { id })) }),
  }
  return JSON.stringify(extras).length > MAX_EXTRAS_CHARACTERS ? undefined : extras
}

/** The extras of a stored message if `model` wrote it; undefined for messages of other models. */
function extrasFor(model: string, { extras }: Answer): Extras | undefined {
  return extras?.wire === WIRE && extras.model === model ? extras : undefined
}

/** The blocks as received, without any that would make a server refuse the whole request. */
export function keptBlocks(model: string, answer: Answer): readonly Fields[] {
  const { blocks } = extrasFor(model, answer)?.message ?? {}
  if (!Array.isArray(blocks)) return []
  return blocks.filter(isRecord).filter((block) => !isThinking(block) || isSound(block))
}

function isSound(block: Fields): boolean {
  const text = JSON.stringify(block)
  const isWhole =
    block.type === 'thinking' ? typeof block.thinking === 'string' : typeof block.data === 'string'
  return isWhole && !ESCAPED_TROUBLE.test(text)
}

export function ownCallId(model: string, answer: Answer, index: number): string | undefined {
  const id = extrasFor(model, answer)?.calls?.[index]?.id
  return typeof id === 'string' && SOUND_ID.test(id) ? id : undefined
}
