import { setImmediate as letOthersTurn } from 'node:timers/promises'
import type { Timestamp } from '../../core/clock.ts'
import { storedId } from '../../core/ids.ts'
import { recordChange } from '../changes/changes.ts'
import { lockOwners } from '../database/lock-rows.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { InsertedPassage, NewPassage, PlacedPassage } from '../port/store.ts'
import { addPassages, addTags, digestOf } from './add-passages.ts'
import { setSuperseded } from './supersede-passages.ts'

/** Passages per INSERT. With SQLite it blocks this process. Chosen by hand. */
const BATCH_PASSAGES = 100

export async function insertPassages(
  scope: QueryScope,
  passages: readonly NewPassage[],
  at: Timestamp,
): Promise<readonly InsertedPassage[]> {
  const { db, namespace } = scope
  const [some] = passages
  if (!some) return []
  await lockOwners(scope, 'archive', [some.archiveId])
  // Nearly always it is new, which inserting it tells.
  const isAlone = passages.length === 1 && some.source === ''
  if (isAlone && (await add(scope, some.archiveId, passages, at, true)).size > 0) {
    await addTags(
      scope,
      some.tags.map((tag) => ({ passage_id: some.id, tag })),
    )
    await recordChange(db, namespace, 'archive', some.archiveId, at)
    return [{ id: some.id, createdAt: some.createdAt, duplicate: false }]
  }
  const digested = passages.map((passage) => ({ ...passage, digest: digestOf(passage) }))
  const known = await stored(
    scope,
    some.archiveId,
    digested.map(({ digest }) => digest),
  )
  const repeated = digested.filter(({ digest }) => known.has(digest))
  if (repeated.length > 0) await renew(scope, some.archiveId, repeated, at)
  const fresh: typeof digested = []
  const results = digested.map((passage) => {
    const same = known.get(passage.digest)
    if (same) return { ...same, duplicate: true }
    known.set(passage.digest, { id: passage.id, createdAt: passage.createdAt })
    fresh.push(passage)
    return { id: passage.id, createdAt: passage.createdAt, duplicate: false }
  })
  if (fresh.length > 0) await add(scope, some.archiveId, fresh, at)
  await addTags(
    scope,
    digested.flatMap(({ tags }, index) =>
      tags.map((tag) => ({ passage_id: results[index]?.id ?? '', tag })),
    ),
  )
  await recordChange(db, namespace, 'archive', some.archiveId, at)
  return results
}

export async function insertHistory(
  scope: QueryScope,
  passages: readonly PlacedPassage[],
  at: Timestamp,
): Promise<void> {
  const { db, namespace } = scope
  const [some] = passages
  if (!some) return
  await lockOwners(scope, 'archive', [some.archiveId])
  for (let start = 0; start < passages.length; start += BATCH_PASSAGES) {
    const batch = passages.slice(start, start + BATCH_PASSAGES)
    await addPassages(scope, some.archiveId, batch, at)
    const tags = batch.flatMap(({ id, tags }) => tags.map((tag) => ({ passage_id: id, tag })))
    await addTags(scope, tags)
    await letOthersTurn()
  }
  await recordChange(db, namespace, 'archive', some.archiveId, at)
}

/** Existing passages by digest; a superseded one becomes current again. */
async function stored(scope: QueryScope, archiveId: string, digests: readonly string[]) {
  const { db, namespace } = scope
  const rows = await db
    .selectFrom('passage')
    .select(['row', 'id', 'archive_id', 'text', 'digest', 'superseded_by', 'created_at'])
    .where('namespace', '=', namespace)
    .where('archive_id', '=', archiveId)
    .where('digest', 'in', digests)
    .execute()
  await setSuperseded(
    scope,
    rows.filter(({ superseded_by }) => superseded_by !== null),
    null,
  )
  return new Map(
    rows.map((row) => [row.digest, { id: storedId('passage', row.id), createdAt: row.created_at }]),
  )
}

/** A passage that is inserted again gets the new expiry; without one, an expired passage no longer expires. */
async function renew(
  { db, namespace }: QueryScope,
  archiveId: string,
  passages: readonly (NewPassage & { readonly digest: string })[],
  at: Timestamp,
): Promise<void> {
  const own = db
    .updateTable('passage')
    .where('namespace', '=', namespace)
    .where('archive_id', '=', archiveId)
  for (const { digest, expiresAt } of passages) {
    if (expiresAt) await own.set({ expires_at: expiresAt }).where('digest', '=', digest).execute()
  }
  const lasting = passages.filter(({ expiresAt }) => !expiresAt).map(({ digest }) => digest)
  if (lasting.length > 0)
    await own
      .set({ expires_at: null })
      .where('expires_at', '<=', at)
      .where('digest', 'in', lasting)
      .execute()
}

/** No two of them are the same. Returns the ids of the new ones (`addPassages`). */
async function add(
  scope: QueryScope,
  archiveId: string,
  passages: readonly NewPassage[],
  at: string,
  mayBeStored = false,
): Promise<ReadonlySet<string>> {
  const positions = new Map<string, number>()
  for (const { source } of passages) {
    if (source !== '' && !positions.has(source))
      positions.set(source, await lastPosition(scope, archiveId, source))
  }
  const next = (source: string) => {
    if (source === '') return 0
    const position = (positions.get(source) ?? 0) + 1
    positions.set(source, position)
    return position
  }
  const placed = passages.map((passage) => ({
    ...passage,
    position: next(passage.source),
    supersededBy: null,
    expiresAt: passage.expiresAt ?? null,
    foundCount: 0,
    lastFoundAt: null,
  }))
  return addPassages(scope, archiveId, placed, at, mayBeStored)
}

/** The highest position in a source; 0: it has no passages. */
export async function lastPosition(
  { db, namespace }: QueryScope,
  archiveId: string,
  source: string,
): Promise<number> {
  const last = await db
    .selectFrom('passage')
    .select('position')
    .where('namespace', '=', namespace)
    .where('archive_id', '=', archiveId)
    .where('source', '=', source)
    .where('source', '<>', '')
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst()
  return last?.position ?? 0
}
