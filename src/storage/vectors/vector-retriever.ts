import type { VectorList } from '../../search/vector-list.ts'
import {
  mergeRanked,
  type RowFilter,
  rankRows,
  type ScoredRow,
  startTimeSlices,
} from '../../vector/vector-index.ts'
import type {
  MeaningRequest,
  RankedRequest,
  VectorProblem,
  VectorSet,
} from '../database/search-request.ts'
import type { FoundByMeaning } from './found-by-meaning.ts'
import type { MemoryIndex } from './memory-index.ts'
import type { MemoryIndexes } from './memory-indexes.ts'
import { toStoredVectors, type VectorReads } from './vector-reads.ts'

export interface VectorRetrieverOptions {
  readonly reads: VectorReads
  readonly indexes: MemoryIndexes
  /** Maximum length of each list. */
  readonly most: number
  /** Up to this many entries are scored directly, which is faster than scanning an index. */
  readonly few: number
  /** How long a search waits for an index that is loading. */
  readonly patienceMilliseconds: number
  /** Continues until the order is proven, even if codes leave a doubt. */
  readonly untilProven?: boolean
}

/** The nearest entries that pass the filters; all of them if there are fewer than `most`. */
export async function findByMeaning(
  request: RankedRequest,
  meaning: MeaningRequest,
  options: VectorRetrieverOptions,
): Promise<FoundByMeaning> {
  const newest = await options.reads.newest()
  const upTo = meaning.upTo ?? newest
  let problem: VectorProblem | null = null
  const lists: VectorList[] = []
  for (const { handle, vector, weight } of meaning.questions) {
    let entries: readonly ScoredRow[] = []
    let size = 0
    for (const set of meaning.sets.filter((each) => each.handle === handle)) {
      if ((await options.reads.dimension(set.row)) !== vector.length) problem = 'dimension'
      if (problem) continue
      const found = await searchSet({ ...options, request, set, query: vector, upTo: meaning.upTo })
      if (!found) problem = 'filling'
      entries = mergeRanked(entries, found?.entries ?? [], options.most)
      size += found?.size ?? 0
    }
    if (entries.length > 0) lists.push({ weight, size, entries })
  }
  return problem ? { lists: [], upTo: 0, problem } : { lists, upTo, problem }
}

interface SetSearch extends VectorRetrieverOptions {
  readonly request: RankedRequest
  readonly set: VectorSet
  readonly query: Float32Array
  readonly upTo: number | undefined
}

interface SetFound {
  readonly entries: readonly ScoredRow[]
  /** Approximate number of entries compared. */
  readonly size: number
}

/** null: the in-memory index is still loading. */
async function searchSet(search: SetSearch): Promise<SetFound | null> {
  const { reads, indexes, request, set, patienceMilliseconds } = search
  const except = await reads.refused(request, set.owner)
  const few = except ? undefined : await reads.passing(request, set.owner, search.few)
  if (few) return scoreSome(search, few)
  const used = indexes.use(set.row, (index) => searchIndex(search, index, except))
  const found = await Promise.race([used, late(patienceMilliseconds)])
  if (found === 'late') {
    // The load continues for the next search. If it fails, that search gets the error.
    used.catch(() => undefined)
    return null
  }
  return found ?? scoreAll(search, except)
}

async function searchIndex(
  search: SetSearch,
  index: MemoryIndex,
  except: readonly number[] | null,
): Promise<SetFound> {
  const filter = await filterOf(search, except)
  const { query, most: limit, untilProven = false } = search
  const { rows } = await index.search(query, { limit, filter, untilProven })
  return { entries: rows, size: index.size() }
}

async function filterOf(
  { reads, request, set, upTo }: SetSearch,
  except: readonly number[] | null,
): Promise<RowFilter> {
  const among = except
    ? undefined
    : await reads.passing(request, set.owner, Number.MAX_SAFE_INTEGER)
  return {
    ...(upTo !== undefined && { stampBefore: upTo + 1 }),
    ...(among && { among }),
    ...(except && except.length > 0 && { except }),
  }
}

async function scoreSome(
  { reads, set, query, most, upTo = Number.MAX_SAFE_INTEGER }: SetSearch,
  rows: readonly number[],
): Promise<SetFound> {
  const stored = await reads.vectorsOf(set.row, rows)
  const known = stored.filter(({ stamp }) => stamp <= upTo)
  return { entries: rankRows(query, toStoredVectors(known), most), size: known.length }
}

/** Scores every stored vector, without an index. */
async function scoreAll(search: SetSearch, except: readonly number[] | null): Promise<SetFound> {
  const { reads, set, query, most, upTo = Number.MAX_SAFE_INTEGER } = search
  const slices = startTimeSlices()
  const filter = await filterOf(search, except)
  const among = filter.among && new Set(filter.among)
  const refused = new Set(except)
  let entries: readonly ScoredRow[] = []
  let size = 0
  for (let last = 0; ; ) {
    const batch = await reads.vectorsAfter(set.row, last)
    const newest = batch.at(-1)?.stamp
    if (newest === undefined) return { entries, size }
    last = newest
    const allowed = batch.filter(
      ({ row, stamp }) => stamp <= upTo && !refused.has(row) && (!among || among.has(row)),
    )
    size += allowed.length
    entries = mergeRanked(entries, rankRows(query, toStoredVectors(allowed), most), most)
    if (newest >= upTo) return { entries, size }
    await slices.giveWay()
  }
}

function late(milliseconds: number): Promise<'late'> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds, 'late').unref())
}
