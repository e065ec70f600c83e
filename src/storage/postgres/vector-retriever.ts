import { sql } from 'kysely'
import type { VectorList } from '../../search/vector-list.ts'
import type { Connection } from '../database/dialect.ts'
import type { MeaningRequest, RankedRequest } from '../database/search-request.ts'
import type { QueryVector } from '../port/store.ts'
import type { FoundByMeaning } from '../vectors/found-by-meaning.ts'
import { binaryCodeOf } from './binary-codes.ts'
import { passesWhole } from './entry-filter.ts'
import { lookAtSets, type SeenSet } from './seen-sets.ts'
import { isIndexable, type VectorIndexes } from './vector-indexes.ts'
import { vectorText } from './vector-tables.ts'

export interface NearestOptions {
  readonly indexes: VectorIndexes
  /** Maximum length of each list. */
  readonly most: number
  /** Up to this many vectors, all are scored exactly. */
  readonly few: number
  /** Up to this many, all binary codes are compared; beyond, the index is used. */
  readonly many: number
}

/** Vectors rescored after a comparison of binary codes: finds 99% of the ten nearest among 100,000. */
const MAX_RESCORED = 1_000

/** Index results are rescored exactly; this many times the wanted number are read. Chosen by hand. */
const SPARE = 2
/** `hnsw.ef_search`, at most 1,000. At 100, a quarter of the nearest among 100,000 are missed. */
const LOOKED_AT = 800
/** In a set with a smaller share of all vectors, a shared index would mostly find vectors of others. Chosen by hand. */
const MIN_SHARE = 0.05

interface Asked extends NearestOptions {
  readonly db: Connection
  readonly request: RankedRequest
  readonly question: QueryVector
  readonly sets: readonly SeenSet[]
  /** Highest vector row at the time of the first page. */
  readonly upTo: number
}

interface Nearest {
  readonly row: number
  readonly score: number
}

/** The nearest entries that pass the filters; all of them if there are fewer than `most`. */
export async function findNearest(
  db: Connection,
  request: RankedRequest,
  meaning: MeaningRequest,
  options: NearestOptions,
): Promise<FoundByMeaning> {
  const { sets, newest, total } = await lookAtSets(db, meaning.sets, {
    least: options.few,
    share: MIN_SHARE,
  })
  const upTo = meaning.upTo ?? newest
  const lists: VectorList[] = []
  for (const question of meaning.questions) {
    const own = sets.filter(({ handle }) => handle === question.handle)
    if (own.some(({ dimension }) => dimension !== question.vector.length))
      return { lists: [], upTo: 0, problem: 'dimension' }
    if (own.length === 0) continue
    const entries = await nearestIn({ ...options, db, request, question, sets: own, upTo }, total)
    const size = own.reduce((sum, set) => sum + set.size, 0)
    if (entries.length > 0) lists.push({ weight: question.weight, size, entries })
  }
  return { lists, upTo, problem: null }
}

async function nearestIn(asked: Asked, total: number): Promise<readonly Nearest[]> {
  const { sets, few, many, most, question, indexes } = asked
  const size = sets.reduce((sum, set) => sum + set.size, 0)
  const dimension = question.vector.length
  if (size <= few) return byScan(asked)
  if (isNarrow(asked.request)) {
    const rows = await passingRows(asked)
    if (rows) return byScan(asked, rows)
  }
  if (size <= many || size < total * MIN_SHARE || !isIndexable(dimension)) {
    const near = await byBinaryCodes(asked)
    // The filter removed some of the nearest, so the set is scanned.
    return near.length < most ? byScan(asked) : near
  }
  if (!sets.every(({ isIndexed }) => isIndexed)) {
    indexes.want(dimension)
    return byScan(asked)
  }
  const found = await byIndex(asked)
  // An iterative index scan gives up after a number of filtered-out rows; then the set is scanned.
  return found.length < most ? byScan(asked) : found
}

/** The filter may exclude most entries. */
function isNarrow({ filter }: RankedRequest): boolean {
  const { after, before, tags = [], roles } = filter
  const isOfOneRole = roles !== undefined && roles.length === 1
  return after !== undefined || before !== undefined || tags.length > 0 || isOfOneRole
}

/** The entries that pass; undefined: too many to score directly. */
async function passingRows({ db, request, few }: Asked): Promise<readonly number[] | undefined> {
  const { rows } = await sql<{ row: number }>`
    SELECT entry.row FROM ${sql.table(request.index)} AS entry WHERE ${passesWhole(request)}
    LIMIT ${few + 1}`.execute(db)
  return rows.length > few ? undefined : rows.map(({ row }) => row)
}

/** Condition on a row of `vectors`: its entry passes the filters. */
function entryPasses(request: RankedRequest) {
  return sql`EXISTS (SELECT 1 FROM ${sql.table(request.index)} AS entry
    WHERE entry.row = vectors.entry_row AND ${passesWhole(request)})`
}

/** Scores every vector of the sets, or of the entries `among`. */
async function byScan(asked: Asked, among?: readonly number[]): Promise<readonly Nearest[]> {
  const { db, request, question, sets, upTo, most } = asked
  const wanted = among ? sql`vectors.entry_row = ANY(${among}::bigint[])` : entryPasses(request)
  const text = vectorText(question.vector)
  const { rows } = await sql<Nearest>`
    SELECT vectors.entry_row AS row, -(vectors.vector <#> ${text}::vector) AS score FROM entry_vector AS vectors
    WHERE vectors.set_row = ANY(${rowsOf(sets)}::bigint[]) AND vectors.row <= ${upTo} AND ${wanted}
    ORDER BY vectors.vector <#> ${text}::vector, vectors.entry_row LIMIT ${most}`.execute(db)
  return rows
}

/** The nearest of each set by binary codes, rescored exactly. A vector without a code counts as near. */
async function byBinaryCodes(asked: Asked): Promise<readonly Nearest[]> {
  const { db, request, question, sets, upTo, most } = asked
  const text = sql`${vectorText(question.vector)}::vector`
  const { rows } = await sql<Nearest>`
    SELECT vectors.entry_row AS row, -(vectors.vector <#> ${text}) AS score
    FROM unnest(${rowsOf(sets)}::bigint[]) AS asked (set_row)
    CROSS JOIN LATERAL (
      SELECT coded.row FROM entry_vector AS coded
      WHERE coded.set_row = asked.set_row AND coded.row <= ${upTo}
      ORDER BY coded.bits <~> ${binaryCodeOf(text, sql`asked.set_row`)} NULLS FIRST LIMIT ${MAX_RESCORED}
    ) AS near
    JOIN entry_vector AS vectors ON vectors.row = near.row
    WHERE ${entryPasses(request)}
    ORDER BY vectors.vector <#> ${text}, vectors.entry_row LIMIT ${most}`.execute(db)
  return rows
}

/**
 * The nearest by half-precision index, rescored exactly. HNSW settings apply to this statement only, because a pooler
 * may send the next one to another session; they are read when the scan begins, which the query waits for. The scan is
 * iterative: it continues until enough rows pass the filter.
 */
async function byIndex(asked: Asked): Promise<readonly Nearest[]> {
  const { db, request, question, sets, upTo, most } = asked
  const dimension = sql.raw(String(question.vector.length))
  const text = vectorText(question.vector)
  const { rows } = await sql<Nearest>`
    SELECT near.entry_row AS row, -(near.vector <#> ${text}::vector) AS score
    FROM (
      SELECT set_config('hnsw.ef_search', ${String(LOOKED_AT)}, true)
        || set_config('hnsw.iterative_scan', 'strict_order', true) AS done
    ) AS settings CROSS JOIN LATERAL (
      SELECT vectors.entry_row, vectors.vector FROM entry_vector AS vectors
      WHERE settings.done <> '' AND vector_dims(vectors.vector) = ${dimension}
        AND vectors.set_row = ANY(${rowsOf(sets)}::bigint[]) AND vectors.row <= ${upTo}
        AND (SELECT true FROM ${sql.table(request.index)} AS entry
          WHERE entry.row = vectors.entry_row AND ${passesWhole(request)})
      ORDER BY (vectors.vector::halfvec(${dimension})) <#> ${text}::halfvec(${dimension})
      LIMIT ${most * SPARE}
    ) AS near
    ORDER BY near.vector <#> ${text}::vector, near.entry_row LIMIT ${most}`.execute(db)
  return rows
}

function rowsOf(sets: readonly SeenSet[]): readonly number[] {
  return sets.map(({ row }) => row)
}
