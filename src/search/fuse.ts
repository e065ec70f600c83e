import type { FoundBy, Places } from '../core/found.ts'
import type { Ranked } from './rank.ts'

/** Results of one retriever. */
export interface RankedList {
  readonly retriever: Exclude<FoundBy, 'both'>
  /** Weight of a rank in this list. */
  readonly weight: number
  /** Best first. */
  readonly entries: readonly Ranked[]
}

export interface FusedHit extends Ranked {
  readonly foundBy: FoundBy
  readonly places: Places
}

/** `k` of reciprocal rank fusion; 60 is the value of its paper (Cormack, Clarke and Büttcher 2009). */
const RANK_CONSTANT = 60

/**
 * Merges lists by reciprocal rank fusion, best first; of equal scores the newer entry comes first. A single list keeps
 * its own scores. Pure.
 */
export function fuseByRank(lists: readonly RankedList[]): readonly FusedHit[] {
  const [only, ...others] = lists
  if (only && others.length === 0)
    return only.entries.map((entry, place) => ({
      row: entry.row,
      score: entry.score,
      ...(entry.why && { why: entry.why }),
      foundBy: only.retriever,
      places: placesIn(only.retriever, place, entry),
    }))
  const fused = new Map<number, FusedHit>()
  for (const { retriever, weight, entries } of lists) {
    entries.forEach((entry, place) => {
      const { row } = entry
      const other = fused.get(row)
      const why = entry.why ?? other?.why
      fused.set(row, {
        row,
        ...(why && { why }),
        places: { ...placesIn(retriever, place, entry), ...other?.places },
        score: (other?.score ?? 0) + weight / (RANK_CONSTANT + place + 1),
        foundBy: other && other.foundBy !== retriever ? 'both' : retriever,
      })
    })
  }
  return [...fused.values()].sort((a, b) => b.score - a.score || b.row - a.row)
}

function placesIn(retriever: RankedList['retriever'], place: number, { score }: Ranked): Places {
  return retriever === 'keyword'
    ? { keywordRank: place + 1 }
    : { vectorRank: place + 1, similarity: score }
}
