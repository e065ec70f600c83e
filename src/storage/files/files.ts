import type { Selectable } from 'kysely'
import type { LoadedFile } from '../../core/file.ts'
import { type AgentId, type ArchiveId, isId, storedId } from '../../core/ids.ts'
import { LIMITS } from '../../core/limits.ts'
import { contains } from '../database/contains.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { Database } from '../database/schema.ts'
import { archivesOf } from '../passages/passage-rows.ts'
import type { FileReads, FileWrites, RowedFile } from '../port/store.ts'

/** Databases limit the number of values in a statement. Chosen by hand. */
const FILES_AT_ONCE = 500

export function fileReads(scope: QueryScope): FileReads {
  const { db, namespace } = scope
  const all = () => db.selectFrom('file').selectAll().where('namespace', '=', namespace)
  async function archivesIn(owner: AgentId | ArchiveId): Promise<readonly string[]> {
    return isId('archive', owner) ? [owner] : archivesOf(scope, owner)
  }

  const current = (archives: readonly string[]) =>
    all().where('archive_id', 'in', archives).where('retired_at', 'is', null)

  return {
    async get(id) {
      const row = await all().where('id', '=', id).executeTakeFirst()
      return row && toFile(row)
    },

    async named(archiveId, name) {
      const row = await all()
        .where('archive_id', '=', archiveId)
        .where('name', '=', name)
        .executeTakeFirst()
      return row && toFile(row)
    },

    async list(owner, { name, query, after, limit }) {
      const archives = await archivesIn(owner)
      if (archives.length === 0) return []
      let select = current(archives)
      if (name !== undefined) select = select.where('name', '=', name)
      if (query) select = select.where(contains(scope.dialect, ['name'], query))
      const rows = await select.where('row', '>', after).orderBy('row').limit(limit).execute()
      return rows.map(toRowedFile)
    },

    async ofOrigin(owner, origin, { after, limit }) {
      const archives = await archivesIn(owner)
      if (archives.length === 0) return []
      const rows = await current(archives)
        .where('origin', '=', origin)
        .where('row', '>', after)
        .orderBy('row')
        .limit(limit)
        .execute()
      return rows.map(toRowedFile)
    },
  }
}

export function fileWrites({ db, namespace }: QueryScope): FileWrites {
  return {
    async put(files) {
      for (let start = 0; start < files.length; start += FILES_AT_ONCE) {
        await db
          .insertInto('file')
          .values(
            files.slice(start, start + FILES_AT_ONCE).map((file) => ({
              ...{ namespace, id: file.id, archive_id: file.archiveId, name: file.name },
              ...{
                origin: file.origin,
                bytes: storedBytes(file.bytes),
                changed_at: file.changedAt,
              },
              ...{ loaded_at: file.loadedAt, retired_at: null, note: file.note },
            })),
          )
          .onConflict((conflict) =>
            conflict.columns(['namespace', 'archive_id', 'name']).doUpdateSet(({ ref }) => ({
              origin: ref('excluded.origin'),
              bytes: ref('excluded.bytes'),
              changed_at: ref('excluded.changed_at'),
              loaded_at: ref('excluded.loaded_at'),
              retired_at: null,
              note: ref('excluded.note'),
            })),
          )
          .execute()
      }
    },

    async delete(id) {
      await db.deleteFrom('file').where('namespace', '=', namespace).where('id', '=', id).execute()
    },

    async retire(ids, at) {
      if (ids.length === 0) return
      await db
        .updateTable('file')
        .set({ retired_at: at })
        .where('namespace', '=', namespace)
        .where('id', 'in', ids)
        .where('retired_at', 'is', null)
        .execute()
    },
  }
}

/** Integer columns of PostgreSQL have 32 bits. */
function storedBytes(bytes: number | null): number | null {
  return bytes === null ? null : Math.min(bytes, LIMITS.count)
}

function toRowedFile(row: Selectable<Database['file']>): RowedFile {
  return { ...toFile(row), row: row.row }
}

function toFile(row: Selectable<Database['file']>): LoadedFile {
  return {
    id: storedId('file', row.id),
    archiveId: storedId('archive', row.archive_id),
    name: row.name,
    origin: row.origin,
    bytes: row.bytes,
    changedAt: row.changed_at,
    loadedAt: row.loaded_at,
    retiredAt: row.retired_at,
    note: row.note,
  }
}
