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

interface Item {
  /** The item as it began, then as it was completed. */
  fields: Fields
  isDone: boolean
  /** Its pieces: text, thoughts or arguments. */
  pieces: string
  /** Index among the calls; null: no call. */
  readonly call: number | null
}

/** Assembles a response from its stream events; the last event usually holds the whole. */
export function assembleResponse(onDelta: CallOptions['onDelta']): StreamAssembly {
  const items: Item[] = []
  /** By index, or by id without one; some servers give the same index to every item. */
  const open = new Map<unknown, Item>()
  const preview = new TextPreview()
  let response: Fields = {}
  let length = 0
  let isOver = false

  const begin = (key: unknown, fields: Fields): Item => {
    const isCall = fields.type === 'function_call'
    const call = isCall ? items.filter((item) => item.call !== null).length : null
    const added: Item = { fields, isDone: false, pieces: textIn(fields.arguments), call }
    items.push(added)
    open.set(key, added)
    tellCall(added, added.pieces)
    return added
  }

  const end = (key: unknown, fields: Fields): void => {
    length += JSON.stringify(fields).length
    const begun = open.get(key)
    const item = begun && !begun.isDone ? begun : begin(key, fields)
    item.fields = fields
    item.isDone = true
  }

  const tellCall = ({ call, fields }: Item, text: string): void => {
    if (call === null) return
    onDelta?.({ kind: 'tool_call', index: call, name: textIn(fields.name), arguments: text })
  }

  const tell = (event: Fields): void => {
    const piece = textIn(event.delta)
    length += piece.length
    const item = open.get(keyOf(event))
    if (event.type === 'response.output_text.delta') {
      const said = item ?? begin(keyOf(event), { type: 'message' })
      said.pieces += piece
      for (const shown of preview.add(piece)) onDelta?.(shown)
    } else if (THOUGHTS.has(event.type)) {
      if (item) item.pieces += piece
      onDelta?.({ kind: 'reasoning', text: piece })
    } else if (event.type === 'response.function_call_arguments.delta' && item) {
      item.pieces += piece
      tellCall(item, piece)
    } else if (event.type === 'response.function_call_arguments.done' && item) {
      item.pieces = textIn(event.arguments) || item.pieces
    }
  }

  return {
    add(event) {
      if (!isRecord(event)) return
      const { item } = event
      if (event.type === 'response.output_item.added') {
        if (isRecord(item)) begin(keyOf(event), item)
      } else if (event.type === 'response.output_item.done') {
        if (isRecord(item)) end(keyOf(event), item)
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
      output: hasItems(response.output) ? response.output : items.map(whole),
    }),
  }
}

function keyOf({ output_index: index, item_id: id, item }: Fields): unknown {
  return index ?? id ?? (isRecord(item) ? item.id : undefined)
}

/** Some gateways never tell the end of an item. */
function whole({ fields, isDone, pieces }: Item): Fields {
  if (isDone || pieces === '') return fields
  switch (fields.type) {
    case 'function_call':
      return { ...fields, arguments: pieces }
    case 'message':
      return { ...fields, content: [{ type: 'output_text', text: pieces }] }
    case 'reasoning':
      return { ...fields, summary: [{ type: 'summary_text', text: pieces }] }
    default:
      return fields
  }
}

function hasItems(output: unknown): boolean {
  return Array.isArray(output) && output.length > 0
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
