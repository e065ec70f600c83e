import type { Fields } from '../wire/fields.ts'
import type { CompletionToolCall } from './completion.ts'
import { joinDeltas } from './join-deltas.ts'

/** A call as far as its pieces have arrived. */
interface Begun {
  index: number | null
  id: string
  name: string
  arguments: string
  fields: Fields
  inner: Fields
}

/** The next characters of a call's arguments. */
export interface CallPiece {
  /** Index of the call among the calls of the answer, from 0. */
  readonly index: number
  readonly name: string
  readonly arguments: string
}

export interface StreamedCalls {
  add(piece: CompletionToolCall): CallPiece
  /** The calls as a server would send them without streaming. */
  calls(): CompletionToolCall[]
}

/** Assembles streamed calls from their pieces. Some servers send no index, or use it differently. */
export function streamCalls(): StreamedCalls {
  const begun: Begun[] = []
  return {
    add(piece) {
      const { index = null, id, type, function: inner, ...fields } = piece
      const { name, arguments: text = '', ...innerFields } = inner ?? {}
      const known = findCall(begun, index, id ?? '', name ?? '')
      if (!known || isAnother(known, piece)) {
        begun.push({
          index,
          id: id ?? '',
          name: name || (known && isWhole(known.arguments) ? known.name : ''),
          arguments: text,
          fields,
          inner: innerFields,
        })
        return { index: begun.length - 1, name: begun.at(-1)?.name ?? '', arguments: text }
      }
      known.name = joinNames(known, name ?? '')
      known.id ||= id ?? ''
      known.arguments += text
      known.fields = joinDeltas(known.fields, fields)
      known.inner = joinDeltas(known.inner, innerFields)
      return { index: begun.indexOf(known), name: known.name, arguments: text }
    },
    calls: () =>
      begun.map((call) => ({
        ...call.fields,
        id: call.id,
        function: { ...call.inner, name: call.name, arguments: call.arguments },
      })),
  }
}

function findCall(
  begun: readonly Begun[],
  index: number | null,
  id: string,
  name: string,
): Begun | undefined {
  const same = id === '' ? undefined : begun.findLast((call) => call.id === id)
  if (same && (index === null || same.index === index)) return same
  if (index !== null) return begun.findLast((call) => call.index === index)
  return id === '' && name === '' ? begun.at(-1) : undefined
}

/** A new call under the same index: it has another id, or the call before it is complete. */
function isAnother(known: Begun, { id, function: inner }: CompletionToolCall): boolean {
  const name = inner?.name ?? ''
  const text = inner?.arguments ?? ''
  if (id && known.id !== '' && known.id !== id && name !== '') return true
  if (!isWhole(known.arguments)) return false
  return name === '' ? /^\s*\{/.test(text) : text !== '' || name !== known.name
}

/** Most servers send the name once, some with every piece, and some in pieces. */
function joinNames(known: Begun, name: string): string {
  if (name === '' || name === known.name) return known.name
  return known.arguments === '' ? known.name + name : known.name || name
}

function isWhole(text: string): boolean {
  if (!text.trimEnd().endsWith('}')) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
