import { growing } from '../../core/growing.ts'
import { toWireArguments, toWireName } from '../call-texts.ts'
import type { ModelMessage, ModelPicture } from '../model.ts'
import { dataUrl, picturesIn } from '../pictures.ts'
import { type CallIds, callIds, MAX_ID_LENGTH } from '../wire/call-ids.ts'
import type { Fields } from '../wire/fields.ts'
import { type Answer, keptItems, ownCallId, toReasoning } from './response-extras.ts'

const NOTHING = '(nothing)'

/** The conversation as input items. */
export const toItems = growing((handle: string, withThoughts: boolean) => {
  const items: Fields[] = []
  const ids = callIds(MAX_ID_LENGTH, (answer, index) => ownCallId(handle, answer, index))
  return {
    add(message: ModelMessage, changes) {
      ids.add(message, changes)
      for (const item of itemsOf(message, handle, ids, withThoughts)) changes.push(items, item)
    },
    made: (): readonly Fields[] => [...items],
  }
})

function itemsOf(
  message: ModelMessage,
  handle: string,
  ids: CallIds,
  withThoughts: boolean,
): readonly Fields[] {
  const text = message.text.toWellFormed()
  switch (message.role) {
    case 'assistant':
      return toAnswer(message, handle, ids, withThoughts)
    case 'tool': {
      const output = text.trim() === '' ? NOTHING : text
      return [{ type: 'function_call_output', call_id: ids.of(message.callId), output }]
    }
    case 'user':
      return asked(text, picturesIn(message))
    default:
      return said(message.role, text)
  }
}

/** Reasoning keeps its position while the answer is unchanged; otherwise it comes before the whole answer. */
function toAnswer(
  answer: Answer,
  handle: string,
  ids: CallIds,
  withThoughts: boolean,
): readonly Fields[] {
  const calls = answer.toolCalls.map((call) => ({
    type: 'function_call',
    call_id: ids.of(call.id),
    name: toWireName(call.name),
    arguments: toWireArguments(call.arguments),
  }))
  const made = [...said('assistant', answer.text.toWellFormed()), ...calls]
  const kept = withThoughts ? keptItems(handle, answer) : []
  const thoughts = kept.filter(({ type }) => type === 'reasoning')
  // The API refuses reasoning without an item after it.
  if (made.length === 0) return []
  const texts = kept.map(({ type, text }) => (type === 'message' ? text : '')).join('')
  const isSame =
    texts.trim() === answer.text.trim() &&
    kept.filter(({ type }) => type === 'function_call').length === calls.length
  if (!isSame) return [...thoughts.map(toReasoning), ...made]
  const left = [...calls]
  const items = kept.flatMap((item): readonly Fields[] => {
    if (item.type === 'function_call') return left.splice(0, 1)
    if (item.type === 'reasoning') return [toReasoning(item)]
    const { phase } = item
    const parts = said('assistant', String(item.text).toWellFormed())
    return typeof phase === 'string' ? parts.map((part) => ({ ...part, phase })) : parts
  })
  return withoutLast(items)
}

/** Removes trailing reasoning that no item followed. */
function withoutLast(items: readonly Fields[]): readonly Fields[] {
  const last = items.findLastIndex(({ type }) => type !== 'reasoning')
  return items.slice(0, last + 1)
}

function asked(text: string, pictures: readonly ModelPicture[]): readonly Fields[] {
  if (pictures.length === 0) return said('user', text)
  const content = [
    ...(text.trim() === '' ? [] : [{ type: 'input_text', text }]),
    ...pictures.map((picture) => ({
      type: 'input_image',
      image_url: dataUrl(picture),
      detail: 'auto',
    })),
  ]
  return [{ type: 'message', role: 'user', content }]
}

function said(role: 'user' | 'assistant' | 'system', content: string): readonly Fields[] {
  return content.trim() === '' ? [] : [{ type: 'message', role, content }]
}
