import type { Codes, PreparedQuery } from './codes/codes.ts'
import type { Kernel } from './kernel/kernel.ts'
import { layoutOf } from './kernel/segment-layout.ts'
import { createTopList, isFull, type TopList, toCandidates } from './kernel/top-list.ts'
import { mergeRanked, rankRows, type ScoredRow, type StoredVectors } from './rank-rows.ts'
import type { RowFilter, Rows } from './rows.ts'
import { startTimeSlices, type TimeSlices } from './time-slices.ts'

export interface VectorSearch {
  readonly limit: number
  readonly filter?: RowFilter
  /**
   * Continues until the result is proven, however many vectors that reads. With binary quantization that can be all of
   * them.
   */
  readonly untilProven?: boolean
  /** Reads the current stored vectors of these rows. */
  fetch(rows: readonly number[]): StoredVectors | Promise<StoredVectors>
}

export interface VectorAnswer {
  readonly rows: readonly ScoredRow[]
  /**
   * `proven`: no other row can belong to the result. `likely`: another row could only if its estimate were off by far
   * more than binary quantization errors are. `cut`: the read limit was reached.
   */
  readonly certainty: 'proven' | 'likely' | 'cut'
  /** Number of vectors read. */
  readonly fetched: number
}

/** Candidates kept by the first and second scan; after that, every row is a candidate. Chosen by hand. */
const CANDIDATES = [1_024, 16_384]
/** Vectors of the first fetch, per wanted row. Chosen by hand. */
const FIRST_FETCH = { int8: 6, binary: 16 }
/** Rows per uninterrupted fetch. Chosen by hand. */
const MAX_AT_A_TIME = 256
/** Maximum vectors read per wanted row with binary quantization. Chosen by hand. */
const MAX_FETCHED = 128
/**
 * Spreads by which an estimate must fall short to be ruled out. The spread is that of the worst code: for synthetic
 * vectors 1.7 times the measured one. Chosen by hand.
 */
const SPREADS = 1.5

/** The nearest rows by cosine. `query` is a unit vector of the codes' dimension. */
export async function searchRows(
  rows: Rows,
  codes: Codes,
  kernel: Kernel,
  query: Float32Array,
  search: VectorSearch,
): Promise<VectorAnswer> {
  const slices = startTimeSlices()
  const mask = rows.maskOf(search.filter ?? {})
  const prepared = codes.prepare(query)
  const ranking = startRanking(query, search, slices)
  for (const capacity of CANDIDATES) {
    const list = await scan(rows, kernel, codes, prepared, mask, capacity, slices)
    const certainty = await rescore(list, rows, codes, prepared, search, ranking)
    if (certainty) return { rows: ranking.best(), certainty, fetched: ranking.fetched() }
  }
  await ranking.add(allRows(rows, mask))
  return { rows: ranking.best(), certainty: 'proven', fetched: ranking.fetched() }
}

async function scan(
  rows: Rows,
  kernel: Kernel,
  codes: Codes,
  prepared: PreparedQuery,
  mask: Uint8Array | null,
  capacity: number,
  slices: TimeSlices,
): Promise<TopList> {
  const list = createTopList(capacity)
  const layout = layoutOf(codes)
  const parts = rows.parts(mask)
  let isDone = false
  while (!isDone) {
    await slices.giveWay()
    kernel.scan(layout, prepared, list, () => {
      if (slices.isOver()) return null
      const next = parts.next()
      isDone = next.done === true
      return next.done ? null : next.value
    })
  }
  return list
}

/** Scores candidates exactly, most promising first, until the rest can't change the result; null: it still could. */
async function rescore(
  list: TopList,
  rows: Rows,
  codes: Codes,
  prepared: PreparedQuery,
  search: VectorSearch,
  ranking: Ranking,
): Promise<VectorAnswer['certainty'] | null> {
  const candidates = toCandidates(list)
  const { limit, untilProven = false } = search
  const slack = prepared.slack(rows.residual())
  const spread = prepared.spread(rows.residual())
  const isDecided = (next: number): VectorAnswer['certainty'] | null => {
    const threshold = ranking.scoreToBeat()
    const estimate = next + prepared.constant
    if (estimate + slack < threshold) return 'proven'
    if (untilProven || spread === null) return null
    if (estimate + SPREADS * spread < threshold) return 'likely'
    return ranking.fetched() >= MAX_FETCHED * limit ? 'cut' : null
  }
  let until = FIRST_FETCH[codes.kind] * limit
  for (let start = 0; start < candidates.length; start = until, until *= 2) {
    const batch = candidates.slice(start, until)
    await ranking.add(batch.flatMap(({ position }) => rows.rowAt(position) ?? []))
    const next = candidates[start + batch.length]
    const certainty = next ? isDecided(next.value) : null
    if (certainty) return certainty
  }
  const last = candidates.at(-1)
  return isFull(list) && last ? isDecided(last.value) : 'proven'
}

interface Ranking {
  /** Scores the rows that were not scored before. */
  add(rows: Iterable<number>): Promise<void>
  best(): readonly ScoredRow[]
  /** The score that another row must exceed; minus infinity while fewer than `limit` are known. */
  scoreToBeat(): number
  fetched(): number
}

function startRanking(
  query: Float32Array,
  { limit, fetch }: VectorSearch,
  slices: TimeSlices,
): Ranking {
  const seen = new Set<number>()
  let best: readonly ScoredRow[] = []
  const addBatch = async (batch: readonly number[]): Promise<void> => {
    best = mergeRanked(best, rankRows(query, await fetch(batch), limit), limit)
    await slices.giveWay()
  }
  return {
    async add(rows) {
      let batch: number[] = []
      for (const row of rows) {
        if (seen.has(row)) continue
        seen.add(row)
        batch.push(row)
        if (batch.length < MAX_AT_A_TIME) continue
        await addBatch(batch)
        batch = []
      }
      if (batch.length > 0) await addBatch(batch)
    },
    best: () => best,
    scoreToBeat: () =>
      best.length < limit ? Number.NEGATIVE_INFINITY : (best[limit - 1]?.score ?? 0),
    fetched: () => seen.size,
  }
}

function* allRows(rows: Rows, mask: Uint8Array | null): Iterable<number> {
  const end = rows.extent()
  for (let position = 0; position < end; position += 1) {
    if (mask && (((mask[position >> 3] ?? 0) >> (position & 7)) & 1) === 0) continue
    const row = rows.rowAt(position)
    if (row !== null) yield row
  }
}
