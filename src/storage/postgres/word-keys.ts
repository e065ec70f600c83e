import { createHash } from 'node:crypto'
import { scopedWord } from '../search/search-scope.ts'

/**
 * What stands for a word of a scope: 64 bits, as many as a column of whole numbers holds. That two words share one by
 * chance is not to be expected, and would bring up an entry that does not hold any word of the question, which whoever
 * reads its text leaves out.
 */
export function wordKey(scope: string, word: string): string {
  return createHash('sha256').update(scopedWord(scope, word)).digest().readBigInt64BE().toString()
}
