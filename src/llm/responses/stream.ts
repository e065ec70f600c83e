import { isRecord } from '../../core/is-record.ts'
import type { CallOptions } from '../model.ts'
import { TextPreview } from '../preview-text.ts'
import type { Fields } from '../wire/fields.ts'
import type { StreamAssembly } from '../wire/read-answer.ts'

const ENDS: ReadonlySet<unknown> = new Set([
  'response.completed',
  'response.incomplete',
  'response.failed',
])
const THOUGHTS: ReadonlySet<unknown> = new Set([
  'response.reasoning_summary_text.delta',
  'response.reasoning_text.delta',
])

/** Assembles a response from its stream events; the last event holds the whole. */
export function assembleResponse(onDelta: CallOptions['onDelta']): StreamAssembly {
  /** By index in the output: items as begun, then as completed. */
  const items = new Map<unknown, Fields>()
  const calls: unknown[] = []
  const preview = new TextPreview()
  let response: Fields = {}
  let length = 0
  let isOver = false

  const begin = ({ output_index: index, item }: Fields): void => {
    if (!isRecord(item)) return
    items.set(index, item)
    if (item.type !== 'function_call') return
    calls.push(index)
    tellCall(index, textIn(item.arguments))
  }

  const tellCall = (index: unknown, text: string): void => {
    const place = calls.indexOf(index)
    if (place < 0) return
    const name = textIn(items.get(index)?.name)
    onDelta?.({ kind: 'tool_call', index: place, name, arguments: text })
  }

  const tell = (event: Fields): void => {
    const piece = textIn(event.delta)
    length += piece.length
    if (event.type === 'response.output_text.delta') {
      for (const shown of preview.add(piece)) onDelta?.(shown)
    } else if (THOUGHTS.has(event.type)) {
      onDelta?.({ kind: 'reasoning', text: piece })
    } else if (event.type === 'response.function_call_arguments.delta') {
      tellCall(event.output_index, piece)
    }
  }

  return {
    add(event) {
      if (!isRecord(event)) return
      if (event.type === 'response.output_item.added') begin(event)
      else if (event.type === 'response.output_item.done' && isRecord(event.item)) {
        items.set(event.output_index, event.item)
        length += JSON.stringify(event.item).length
      } else if (ENDS.has(event.type)) {
        response = isRecord(event.response) ? event.response : {}
        isOver = true
      } else tell(event)
    },
    length: () => length,
    isFinished: () => isOver,
    isOver: () => isOver,
    answer: () => ({
      ...response,
      // Some gateways end with an empty one.
      output: hasItems(response.output) ? response.output : [...items.values()],
    }),
  }
}

function hasItems(output: unknown): boolean {
  return Array.isArray(output) && output.length > 0
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
