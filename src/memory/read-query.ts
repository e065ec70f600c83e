import { checkLength, LIMITS } from '../core/limits.ts'

/** Undefined: there is nothing in it to look for. Throws a UserError where it is too long to be a question. */
export function readQuery(query: string | undefined): string | undefined {
  if (query === undefined || query.trim() === '') return undefined
  checkLength('The query', query, LIMITS.query)
  return query
}
