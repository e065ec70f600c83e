import { toTimestamp } from '../../core/clock.ts'
import { decodeCursor, encodeCursor } from '../../core/page.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { PassageReads } from '../port/store.ts'
import { archivesOf, toPassages } from './passage-rows.ts'

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
