import { UserError } from '../../core/errors.ts'
import { cleanText } from '../../core/text.ts'
import type { Walk } from '../../core/walk.ts'

/** Letta's own greatest page is 1,000. */
const MAX_PAGE = 1_000

export interface Query {
  text(name: string): string | undefined
  /** A repeated key, or a comma list. */
  list(name: string): readonly string[]
  flag(name: string): boolean | undefined
  number(name: string): number | undefined
  /** `after`, `before`, `limit`, and `order` or `ascending`. */
  walk(defaults: Pick<Walk, 'order' | 'limit'>): Walk
}

export function queryOf(search: URLSearchParams): Query {
  const text = (name: string) => cleanText(search.get(name) ?? '') || undefined
  const number = (name: string) => {
    const given = text(name)
    if (given === undefined || given === 'null') return undefined
    const value = Number(given)
    if (Number.isInteger(value)) return value
    throw invalid(name, given, 'a whole number')
  }
  const flag = (name: string) => {
    const given = text(name)?.toLowerCase()
    if (given === undefined) return undefined
    if (given === 'true' || given === '1') return true
    if (given === 'false' || given === '0') return false
    throw invalid(name, given, 'true or false')
  }
  return {
    text,
    number,
    flag,
    list: (name) =>
      search
        .getAll(name)
        .map(cleanText)
        .filter((one) => one !== ''),
    walk(defaults) {
      const order = text('order')?.toLowerCase()
      if (order !== undefined && order !== 'asc' && order !== 'desc')
        throw invalid('order', order, 'asc or desc')
      const ascending = flag('ascending')
      const limit = number('limit') ?? defaults.limit
      if (limit < 1) throw invalid('limit', String(limit), 'at least 1')
      return {
        order: order ?? (ascending === undefined ? defaults.order : ascending ? 'asc' : 'desc'),
        limit: Math.min(limit, MAX_PAGE),
        after: text('after'),
        before: text('before'),
      }
    },
  }
}

function invalid(name: string, found: string, needed: string): UserError {
  return new UserError(
    'invalid_argument',
    `The query parameter ${name} is ${JSON.stringify(found)}, and needed is ${needed}.`,
  )
}
