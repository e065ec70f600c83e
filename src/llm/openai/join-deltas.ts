import { isRecord } from '../../core/is-record.ts'
import type { Fields } from '../wire/fields.ts'

/** Fields of list entries that stream in pieces; other fields are whole in each piece. */
const PIECEWISE: ReadonlySet<string> = new Set([
  'text',
  'summary',
  'thinking',
  'reasoning',
  'content',
])
/** Streamed whole or in pieces; an identical piece is a repetition and is not appended. */
const OPAQUE: ReadonlySet<string> = new Set(['data', 'signature', 'thought_signature', 'encrypted'])
const IS_OPAQUE = /signature|encrypted|(?:^|_)(?:id|state|token)$/i
const IDENTITY = ['index', 'id', 'type'] as const

/**
 * Joins the pieces of unknown streamed fields: strings and lists are concatenated, and a list entry with the same
 * identifiers as the last one continues it. `reasoning_details` and thinking parts stream this way.
 */
export function joinDeltas(known: Fields, delta: Fields): Fields {
  const joined: Record<string, unknown> = { ...known }
  for (const [name, value] of Object.entries(delta)) {
    if (name === '__proto__' || value == null) continue
    // A mark that comes whole with every piece is not appended.
    if (typeof value === 'string' && joined[name] === value && IS_OPAQUE.test(name)) continue
    joined[name] = joinValues(joined[name], value)
  }
  return joined
}

function joinValues(known: unknown, value: unknown): unknown {
  if (known == null) return value
  if (typeof known === 'string' && typeof value === 'string') return known + value
  if (Array.isArray(known) && Array.isArray(value)) return value.reduce(joinEntry, known)
  if (isRecord(known) && isRecord(value)) return joinObjects(known, value)
  return value
}

function joinEntry(list: readonly unknown[], entry: unknown): readonly unknown[] {
  const last = list.at(-1)
  if (!isRecord(last) || !isRecord(entry) || !goesOn(last, entry)) return [...list, entry]
  return [...list.slice(0, -1), joinObjects(last, entry)]
}

/** They share at least one identifier, and every shared identifier is equal. */
function goesOn(last: Fields, entry: Fields): boolean {
  const both = IDENTITY.filter((name) => last[name] != null && entry[name] != null)
  return both.length > 0 && both.every((name) => last[name] === entry[name])
}

function joinObjects(known: Fields, delta: Fields): Fields {
  const joined: Record<string, unknown> = { ...known }
  for (const [name, value] of Object.entries(delta)) {
    if (name === '__proto__' || value == null) continue
    const before = joined[name]
    if (typeof before === 'string' && typeof value === 'string') {
      joined[name] = joinTexts(name, before, value)
    } else {
      joined[name] = joinValues(before, value)
    }
  }
  return joined
}

function joinTexts(name: string, before: string, value: string): string {
  if (PIECEWISE.has(name)) return before + value
  if (OPAQUE.has(name)) return before === value ? before : before + value
  return value || before
}
