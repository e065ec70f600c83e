import { checkCount, checkLength, LIMITS } from '../core/limits.ts'

/** Throws a UserError where there are too many tags, or one is too long for an index. */
export function checkTags(tags: readonly string[]): void {
  checkCount('The list of tags', tags, LIMITS.tags)
  for (const tag of tags) checkLength('A tag', tag, LIMITS.tag)
}
