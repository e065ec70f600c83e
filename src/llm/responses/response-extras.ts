import { ESCAPED_TROUBLE } from '../../core/clean-value.ts'
import { isRecord } from '../../core/is-record.ts'
import type { Extras } from '../../core/message.ts'
import type { ModelMessage } from '../model.ts'
import type { Fields } from '../wire/fields.ts'

/*
 * Stores an answer's items in their order: reasoning with its encrypted content, and a placeholder for each text and
 * each call. Reasoning is sent back before the item that followed it, or not at all.
 */

export type Answer = Extract<ModelMessage, { role: 'assistant' }>

const WIRE = 'responses'
/** Chosen by hand. */
const MAX_EXTRAS_CHARACTERS = 1_000_000
const SOUND_ID = /^[\x21-\x7e]{1,64}$/

/** Fields of input items that every server knows. */
export const OWN_FIELDS: ReadonlySet<string> = new Set([
  'type',
  'role',
  'content',
  'summary',
  'encrypted_content',
  'call_id',
  'name',
  'arguments',
  'output',
])

/** `ids`: ids of the calls, where the provider gave one. */
export function toExtras(
  model: string,
  output: readonly Fields[],
  ids: readonly (string | null)[],
): Extras | undefined {
  const items = output.flatMap(toKept)
  const isWorthIt = items.some(({ type, phase }) => type === 'reasoning' || phase !== undefined)
  const hasIds = ids.some((id) => id !== null)
  if (!isWorthIt && !hasIds) return undefined
  const extras = {
    model,
    wire: WIRE,
    ...(isWorthIt && { message: { items } }),
    ...(hasIds && { calls: ids.map((id) => (id === null ? null : { id })) }),
  }
  return JSON.stringify(extras).length > MAX_EXTRAS_CHARACTERS ? undefined : extras
}

function toKept(item: Fields): readonly Fields[] {
  switch (item.type) {
    case 'reasoning':
      return hasReasoning(item) ? [item] : []
    case 'message':
      return [
        {
          type: 'message',
          text: textOfMessage(item),
          ...(typeof item.phase === 'string' && { phase: item.phase }),
        },
      ]
    case 'function_call':
      return [{ type: 'function_call' }]
    default:
      return []
  }
}

/** A server that stores nothing cannot use a bare id. */
function hasReasoning({ encrypted_content: encrypted, content }: Fields): boolean {
  const isEncrypted = typeof encrypted === 'string' && encrypted !== ''
  return isEncrypted || (Array.isArray(content) && content.length > 0)
}

export function textOfMessage({ content }: Fields): string {
  if (typeof content === 'string') return content
  return (Array.isArray(content) ? content : [])
    .map((part: unknown) =>
      isRecord(part) && typeof part.text === 'string' && part.type !== 'refusal' ? part.text : '',
    )
    .join('')
}

/** The extras of a stored message if `model` wrote it; undefined for messages of other models. */
function extrasFor(model: string, { extras }: Answer): Extras | undefined {
  return extras?.wire === WIRE && extras.model === model ? extras : undefined
}

export function keptItems(model: string, answer: Answer): readonly Fields[] {
  const { items } = extrasFor(model, answer)?.message ?? {}
  if (!Array.isArray(items)) return []
  return items.filter(isRecord).filter((item) => item.type !== 'reasoning' || isSound(item))
}

function isSound(item: Fields): boolean {
  return hasReasoning(item) && !ESCAPED_TROUBLE.test(JSON.stringify(item))
}

/**
 * Reasoning as it is sent back. Its id is removed, since it means something only to a server that stores answers, and
 * some refuse it. Plain reasoning of open models is included.
 */
export function toReasoning({ status: _status, ...item }: Fields): Fields {
  const { encrypted_content: encrypted, id: _id, ...rest } = item
  const summary = Array.isArray(item.summary) ? item.summary : []
  if (typeof encrypted !== 'string' || encrypted === '') return { ...item, summary }
  return { ...rest, summary, encrypted_content: encrypted }
}

export function ownCallId(model: string, answer: Answer, index: number): string | undefined {
  const id = extrasFor(model, answer)?.calls?.[index]?.id
  return typeof id === 'string' && SOUND_ID.test(id) ? id : undefined
}
