import { checkLength, LIMITS } from '../core/limits.ts'

/** Undefined: the query is empty. Throws UserError if it exceeds its limit. */
export function readQuery(query: string | undefined): string | undefined {
  if (query === undefined || query.trim() === '') return undefined
  checkLength('The query', query, LIMITS.query)
  return query
}
