import { type Selectable, sql } from 'kysely'
import { z } from 'zod'
import type { Archive, FolderDetails } from '../../core/archive.ts'
import { storedId } from '../../core/ids.ts'
import { decodeKeyCursor, encodeKeyCursor } from '../../core/page.ts'
import { recordChange } from '../changes/changes.ts'
import { compiled } from '../database/compiled.ts'
import { lockOwners } from '../database/lock-rows.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { Database } from '../database/schema.ts'
import type { ArchiveReads, ArchiveWrites } from '../port/store.ts'
import { deleteArchives } from './delete-archives.ts'

const defaultOfAgent = compiled(
  (db, { namespace, id }: { readonly namespace: string; readonly id: string }) =>
    db
      .selectFrom('agent_archive')
      .select('archive_id')
      .where('namespace', '=', namespace)
      .where('agent_id', '=', id)
      .where('is_default', '=', 1),
)

export function archiveReads({ db, namespace }: QueryScope): ArchiveReads {
  const all = () => db.selectFrom('archive').where('archive.namespace', '=', namespace)
  const heldBy = (agentId: string) =>
    db
      .selectFrom('agent_archive')
      .select('archive_id')
      .where('namespace', '=', namespace)
      .where('agent_id', '=', agentId)

  return {
    async get(id) {
      const row = await all().selectAll().where('id', '=', id).executeTakeFirst()
      return row && toArchive(row)
    },

    async list({ agentId, limit, cursor }) {
      const position = decodeKeyCursor(cursor)
      let select = all()
        .selectAll()
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit + 1)
      if (agentId !== undefined) select = select.where('id', 'in', heldBy(agentId))
      if (position) {
        select = select.where((eb) =>
          eb.or([
            eb('created_at', '<', position.at),
            eb.and([eb('created_at', '=', position.at), eb('id', '<', position.id)]),
          ]),
        )
      }
      const rows = await select.execute()
      const items = rows.slice(0, limit).map(toArchive)
      const last = items.at(-1)
      return rows.length > limit && last
        ? { items, nextCursor: encodeKeyCursor(last.createdAt, last.id) }
        : { items }
    },

    async agentsOf(id) {
      const rows = await db
        .selectFrom('agent_archive')
        .select(['agent_id', 'is_default'])
        .where('namespace', '=', namespace)
        .where('archive_id', '=', id)
        .orderBy('agent_id')
        .execute()
      return rows.map((row) => ({
        agentId: storedId('agent', row.agent_id),
        isDefault: row.is_default === 1,
      }))
    },

    async defaultOf(agentId) {
      const [row] = (await defaultOfAgent(db, { namespace, id: agentId })).rows
      return row && storedId('archive', row.archive_id)
    },

    async counts(agentId) {
      const sum = (column: string) => sql<number>`coalesce(sum(${sql.ref(column)}), 0)`
      let select = all().select([
        sum('passage_count').as('passages'),
        sum('superseded_count').as('superseded'),
        sum('found_count').as('found'),
      ])
      if (agentId !== undefined) select = select.where('id', 'in', heldBy(agentId))
      return select.executeTakeFirstOrThrow()
    },
  }
}

export function archiveWrites(scope: QueryScope): ArchiveWrites {
  const { db, namespace } = scope
  const links = (agentId: string) =>
    db
      .updateTable('agent_archive')
      .where('namespace', '=', namespace)
      .where('agent_id', '=', agentId)

  async function recordBoth(agentId: string, id: string, at: string): Promise<void> {
    await recordChange(db, namespace, 'archive', id, at)
    await recordChange(db, namespace, 'agent', agentId, at)
  }

  return {
    async create({ id, name, description, folder, createdAt }) {
      const values = { namespace, id, name, description, created_at: createdAt }
      await db
        .insertInto('archive')
        .values({ ...values, ...(folder && { folder: JSON.stringify(folder) }) })
        .execute()
      await recordChange(db, namespace, 'archive', id, createdAt)
    },

    async attach(agentId, id, isDefault, at) {
      // An agent has at most one default.
      if (isDefault) await links(agentId).set({ is_default: 0 }).execute()
      const is_default = Number(isDefault)
      await db
        .insertInto('agent_archive')
        .values({ namespace, agent_id: agentId, archive_id: id, is_default })
        .onConflict((conflict) =>
          conflict.columns(['namespace', 'agent_id', 'archive_id']).doUpdateSet({ is_default }),
        )
        .execute()
      await recordBoth(agentId, id, at)
    },

    async update(id, { folder, ...patch }, at) {
      const { numUpdatedRows } = await db
        .updateTable('archive')
        .set({ ...patch, ...(folder && { folder: JSON.stringify(folder) }) })
        .where('namespace', '=', namespace)
        .where('id', '=', id)
        .executeTakeFirst()
      if (numUpdatedRows === 0n) return false
      await recordChange(db, namespace, 'archive', id, at)
      return true
    },

    async delete(id, at) {
      await lockOwners(scope, 'archive', [id])
      const holders = await db
        .selectFrom('agent_archive')
        .select('agent_id')
        .where('namespace', '=', namespace)
        .where('archive_id', '=', id)
        .execute()
      if ((await deleteArchives(scope, [id])) === 0) return false
      for (const { agent_id } of holders) await recordChange(db, namespace, 'agent', agent_id, at)
      await recordChange(db, namespace, 'archive', id, at)
      return true
    },

    async detach(agentId, id, at) {
      const { numDeletedRows } = await db
        .deleteFrom('agent_archive')
        .where('namespace', '=', namespace)
        .where('agent_id', '=', agentId)
        .where('archive_id', '=', id)
        .executeTakeFirst()
      if (numDeletedRows === 0n) return false
      await recordBoth(agentId, id, at)
      return true
    },
  }
}

export function toArchive(row: Selectable<Database['archive']>): Archive {
  return {
    id: storedId('archive', row.id),
    name: row.name,
    description: row.description,
    folder: toFolder(row.folder),
    passages: row.passage_count,
    superseded: row.superseded_count,
    found: row.found_count,
    createdAt: row.created_at,
  }
}

const Folder = z.object({ instructions: z.string(), metadata: z.record(z.string(), z.unknown()) })

function toFolder(stored: string | null): FolderDetails | null {
  return stored === null ? null : Folder.parse(JSON.parse(stored))
}
