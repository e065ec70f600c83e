import type { Filled } from './fill.ts'

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
/** Each side has a token of its own. */
const AUTHOR = /token:token \d+/g
/** In a text that holds JSON, too. */
const CURSOR = /(next_?cursor\\*":\\*")[^"\\]+/gi
const TOKENS = /(tokens?\\*":)\d+/g
/** Token counts of stats. A few tokens differ by times and ids; twice as many are those of others. */
const SPENT = /(\\*"(?:conversation|background|summary|total)\\*":)(\d+)/g
const TIME = /\d{4}-\d\d-\d\d(T| )\d\d:\d\d(:\d\d)?(\.\d+)?Z?/g

/**
 * An answer without what differs from one making of the same world to the next: ids, times, what stands in cursors, which
 * is sealed, and counts of tokens, which depend on what is in those. Ids of `other` stay: they mean the same in both.
 */
export function mask(answer: unknown, own: Filled, other: Filled): unknown {
  const names = new Map<string, string>()
  for (const [name, value] of Object.entries(own)) names.set(uuidIn(value), `own ${name}`)
  const kept = new Set(Object.values(other).map(uuidIn))
  const text = JSON.stringify(answer, (key, value: unknown) => {
    const isCursor = key === 'next_cursor' || key === 'nextCursor'
    return isCursor && typeof value === 'string' ? `a cursor of ${value.length} characters` : value
  })
  let met = 0
  const masked = (text ?? 'null').replaceAll(UUID, (uuid) => {
    if (kept.has(uuid)) return uuid
    const known = names.get(uuid)
    if (known !== undefined) return known
    met += 1
    names.set(uuid, `id ${met}`)
    return `id ${met}`
  })
  return JSON.parse(
    masked
      .replaceAll(TIME, 'a time')
      .replaceAll(CURSOR, '$1a cursor')
      .replaceAll(AUTHOR, 'a token')
      .replaceAll(TOKENS, '$10')
      .replaceAll(
        SPENT,
        (_, name: string, count: string) => `${name}${Math.round(Math.log2(1 + Number(count)))}`,
      ),
  )
}

function uuidIn(value: string): string {
  return value.length > 60 ? '' : (value.match(UUID)?.[0] ?? '')
}
