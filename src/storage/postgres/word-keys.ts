import { createHash } from 'node:crypto'
import { scopedWord } from '../search/search-scope.ts'

/**
 * Key of a word in a scope: a 64-bit hash that fits a BIGINT. Should two words collide, a search may return a candidate
 * without any word of the question; reranking reads its text and drops it.
 */
export function wordKey(scope: string, word: string): string {
  return createHash('sha256').update(scopedWord(scope, word)).digest().readBigInt64BE().toString()
}
