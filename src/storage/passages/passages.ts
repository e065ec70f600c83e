import { type ExpressionBuilder, type RawBuilder, sql } from 'kysely'
import { type Timestamp, toTimestamp } from '../../core/clock.ts'
import { decodeCursor, encodeCursor } from '../../core/page.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { Database } from '../database/schema.ts'
import type { PassageReads, PassagesInOrder } from '../port/store.ts'
import { archivesOf, toPassages } from './passage-rows.ts'

/** Neither superseded nor expired at that time. */
function isCurrent(at: Timestamp) {
  return (eb: ExpressionBuilder<Database, 'passage'>) =>
    eb.and([
      eb('superseded_by', 'is', null),
      eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', at)]),
    ])
}

export function passageReads(scope: QueryScope): PassageReads {
  const { db, namespace } = scope
  const all = () =>
    db.selectFrom('passage').selectAll('passage').where('passage.namespace', '=', namespace)

  return {
    async find(id, agentId) {
      let select = all().where('passage.id', '=', id)
      if (agentId !== undefined) {
        const archives = await archivesOf(scope, agentId)
        if (archives.length === 0) return undefined
        select = select.where('archive_id', 'in', archives)
      }
      const [passage] = await toPassages(scope, await select.execute())
      return passage
    },

    async around(agentId, id, each) {
      const archives = await archivesOf(scope, agentId)
      if (archives.length === 0) return undefined
      const [row] = await all()
        .where('passage.id', '=', id)
        .where('archive_id', 'in', archives)
        .execute()
      if (!row) return undefined
      if (row.source === '') return toPassages(scope, [row])
      const beside = () =>
        all()
          .where('archive_id', '=', row.archive_id)
          .where('source', '=', row.source)
          .where('source', '<>', '')
          .limit(each)
      const before = await beside()
        .where('position', '<', row.position)
        .orderBy('position', 'desc')
        .execute()
      const after = await beside()
        .where('position', '>', row.position)
        .orderBy('position')
        .execute()
      return toPassages(scope, [...before.reverse(), row, ...after])
    },

    async inOrder(agentId, { limit, ...search }) {
      const archives = await archivesOf(scope, agentId)
      if (archives.length === 0) return []
      const rows = await all()
        .where('archive_id', 'in', archives)
        .where(isNext(search))
        .orderBy('row')
        .limit(limit)
        .execute()
      const passages = await toPassages(scope, rows)
      return passages.map((passage, index) => ({ ...passage, row: rows[index]?.row ?? 0 }))
    },

    async ofSource(archiveId, source, { after, at, limit, includeGone = false }) {
      let select = all()
        .where('archive_id', '=', archiveId)
        .where('source', '=', source)
        .where('source', '<>', '')
        .where('position', '>', after)
      if (!includeGone) select = select.where(isCurrent(at))
      const rows = await select.orderBy('position').limit(limit).execute()
      const passages = await toPassages(scope, rows)
      return passages.map((passage, index) => ({
        ...passage,
        position: rows[index]?.position ?? 0,
      }))
    },

    async countOfSource(archiveId, source, at) {
      const { count } = await db
        .selectFrom('passage')
        .select((eb) => eb.fn.countAll().as('count'))
        .where('namespace', '=', namespace)
        .where('archive_id', '=', archiveId)
        .where('source', '=', source)
        .where('source', '<>', '')
        .where(isCurrent(at))
        .executeTakeFirstOrThrow()
      return Number(count)
    },

    async countInOrder(agentId, search) {
      const archives = await archivesOf(scope, agentId)
      if (archives.length === 0) return 0
      const { count } = await db
        .selectFrom('passage')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('namespace', '=', namespace)
        .where('archive_id', 'in', archives)
        .where(isNext(search))
        .executeTakeFirstOrThrow()
      return Number(count)
    },

    async ofArchive(id, { limit, cursor }) {
      const [at, before] = decodeCursor(cursor, 2) ?? []
      let select = all()
        .where('archive_id', '=', id)
        .orderBy('created_at')
        .orderBy('row')
        .limit(limit + 1)
      if (at !== undefined && before !== undefined) {
        const time = toTimestamp(at)
        select = select.where((eb) =>
          eb.or([
            eb('created_at', '>', time),
            eb.and([eb('created_at', '=', time), eb('row', '>', before)]),
          ]),
        )
      }
      const rows = await select.execute()
      const shown = rows.slice(0, limit)
      const passages = await toPassages(scope, shown)
      const items = passages.map((passage, index) => ({
        ...passage,
        position: shown[index]?.position ?? 0,
      }))
      const last = shown.at(-1)
      return rows.length > limit && last
        ? { items, nextCursor: encodeCursor(Date.parse(last.created_at), last.row) }
        : { items }
    },
  }
}

/** `substr` instead of LIKE, since a source may contain its wildcards. */
function isNext({ source, after, at }: Omit<PassagesInOrder, 'limit'>): RawBuilder<boolean> {
  const part = `${source}/`
  const isOfSource =
    source === ''
      ? sql`passage.source = ''`
      : sql`(passage.source = ${source} OR substr(passage.source, 1, ${[...part].length}) = ${part})`
  return sql<boolean>`passage.row > ${after} AND passage.superseded_by IS NULL
    AND (passage.expires_at IS NULL OR passage.expires_at > ${at}) AND ${isOfSource}`
}
