import { isRecord } from '../../core/is-record.ts'
import type { Fields } from '../wire/fields.ts'

/** Fields of a list's entries that come in pieces; others are whole in each piece that has them. */
const PIECEWISE: ReadonlySet<string> = new Set([
  'text',
  'summary',
  'thinking',
  'reasoning',
  'content',
])
/** Whole or in pieces; a piece that says the same again is no other piece. */
const OPAQUE: ReadonlySet<string> = new Set(['data', 'signature', 'thought_signature', 'encrypted'])
const IDENTITY = ['index', 'id', 'type'] as const

/**
 * Puts together the pieces of fields that we do not know: texts are joined, lists go on, and an entry of a list that
 * has the mark of the last one goes on with it. As `reasoning_details` stream, and thinking parts.
 */
export function joinDeltas(known: Fields, delta: Fields): Fields {
  const joined: Record<string, unknown> = { ...known }
  for (const [name, value] of Object.entries(delta)) {
    if (name === '__proto__' || value == null) continue
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

/** Whatever both name of their marks is the same, and there is one that both name. */
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
