import type { Selectable } from 'kysely'
import type { Group } from '../../core/group.ts'
import { storedId } from '../../core/ids.ts'
import { decodeCursor, pageOf } from '../../core/page.ts'
import { recordChange } from '../changes/changes.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { Database } from '../database/schema.ts'
import type { GroupReads, GroupWrites } from '../port/store.ts'

export function groupReads(scope: QueryScope): GroupReads {
  const { db, namespace } = scope
  const all = () => db.selectFrom('agent_group').selectAll().where('namespace', '=', namespace)

  async function withMembers(rows: readonly Selectable<Database['agent_group']>[]) {
    if (rows.length === 0) return []
    const members = await db
      .selectFrom('agent_group_member')
      .select(['group_id', 'agent_id'])
      .where('namespace', '=', namespace)
      .where(
        'group_id',
        'in',
        rows.map(({ id }) => id),
      )
      .orderBy('position')
      .execute()
    return rows.map((row) => {
      const own = members.filter(({ group_id }) => group_id === row.id)
      return { row: row.row, group: toGroup(row, own) }
    })
  }

  return {
    async get(id) {
      const [found] = await withMembers(await all().where('id', '=', id).execute())
      return found?.group
    },

    async list({ agentId, limit, cursor }) {
      const [before] = decodeCursor(cursor) ?? []
      let select = all()
        .orderBy('row', 'desc')
        .limit(limit + 1)
      if (before !== undefined) select = select.where('row', '<', before)
      if (agentId !== undefined) {
        select = select.where((eb) =>
          eb.or([
            eb('manager_id', '=', agentId),
            eb(
              'id',
              'in',
              eb
                .selectFrom('agent_group_member')
                .select('group_id')
                .where('namespace', '=', namespace)
                .where('agent_id', '=', agentId),
            ),
          ]),
        )
      }
      const rows = await withMembers(await select.execute())
      return pageOf(
        rows,
        limit,
        ({ group }) => group,
        ({ row }) => [row],
      )
    },
  }
}

export function groupWrites({ db, namespace }: QueryScope): GroupWrites {
  return {
    async insert({ id, name, managerId, memberIds, maxTurns, createdAt }) {
      await db
        .insertInto('agent_group')
        .values({
          ...{ namespace, id, name, manager_id: managerId },
          ...{ max_turns: maxTurns, created_at: createdAt },
        })
        .execute()
      await db
        .insertInto('agent_group_member')
        .values(
          memberIds.map((agentId, position) => ({
            ...{ namespace, group_id: id, agent_id: agentId, position },
          })),
        )
        .execute()
      await recordChange(db, namespace, 'group', id, createdAt)
    },

    async delete(id, at) {
      const { numDeletedRows } = await db
        .deleteFrom('agent_group')
        .where('namespace', '=', namespace)
        .where('id', '=', id)
        .executeTakeFirst()
      if (numDeletedRows === 0n) return false
      await recordChange(db, namespace, 'group', id, at)
      return true
    },
  }
}

function toGroup(
  row: Selectable<Database['agent_group']>,
  members: readonly { readonly agent_id: string }[],
): Group {
  return {
    id: storedId('group', row.id),
    name: row.name,
    managerId: storedId('agent', row.manager_id),
    memberIds: members.map(({ agent_id }) => storedId('agent', agent_id)),
    maxTurns: row.max_turns,
    createdAt: row.created_at,
  }
}
