import { checkCount, checkLength, LIMITS } from '../core/limits.ts'

/** Throws UserError if there are too many tags, or one exceeds its limit. */
export function checkTags(tags: readonly string[]): void {
  checkCount('The list of tags', tags, LIMITS.tags)
  for (const tag of tags) checkLength('A tag', tag, LIMITS.tag)
}
