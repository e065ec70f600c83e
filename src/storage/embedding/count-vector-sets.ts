import { sql } from 'kysely'
import { chooseCodes, indexBytes } from '../../vector/vector-index.ts'
import type { Connection } from '../database/dialect.ts'
import type { VectorSetCounts } from '../port/vector-store.ts'
import { SEARCHED_ROLES } from '../search/search-scope.ts'
import { MAX_ATTEMPTS, type VectorSetRow } from './vector-sets.ts'

export function createVectorSetCounts(
  db: Connection,
  vectorBytes: number,
): () => Promise<readonly VectorSetCounts[]> {
  function expectedBytes(rows: number, dimension: number | null): number {
    const kind = dimension === null ? null : chooseCodes(rows, dimension, vectorBytes)
    return kind === null || dimension === null ? 0 : indexBytes(kind, rows, dimension)
  }

  async function entriesOf({ kind, namespace, owner_id }: VectorSetRow): Promise<number> {
    if (kind === 'archive') {
      const archive = await db
        .selectFrom('archive')
        .select('passage_count')
        .where('namespace', '=', namespace)
        .where('id', '=', owner_id)
        .executeTakeFirst()
      return archive?.passage_count ?? 0
    }
    const { messages } = await db
      .selectFrom('message')
      .select(({ fn }) => fn.countAll<number>().as('messages'))
      .where('namespace', '=', namespace)
      .where('agent_id', '=', owner_id)
      .where('text', '<>', '')
      .where('role', 'in', SEARCHED_ROLES)
      .executeTakeFirstOrThrow()
    return messages
  }

  return async () => {
    const sets = await db.selectFrom('vector_set').selectAll().orderBy('row').execute()
    const vectors = await db
      .selectFrom('vector')
      .select(({ fn }) => ['set_row', fn.countAll<number>().as('count')])
      .groupBy('set_row')
      .execute()
    const tasks = await db
      .selectFrom('embedding_task')
      .select(({ fn }) => [
        'set_row',
        sql<number>`SUM(CASE WHEN attempts < ${MAX_ATTEMPTS} THEN 0 ELSE 1 END)`.as('failed'),
        fn.max('problem').as('problem'),
      ])
      .groupBy('set_row')
      .execute()
    return Promise.all(
      sets.map(async (set) => {
        const embedded = vectors.find(({ set_row }) => set_row === set.row)?.count ?? 0
        const open = tasks.find(({ set_row }) => set_row === set.row)
        const failed = open?.failed ?? 0
        return {
          namespace: set.namespace,
          kind: set.kind === 'agent' ? ('agent' as const) : ('archive' as const),
          ownerId: set.owner_id,
          handle: set.handle,
          dimension: set.dimension,
          state: set.state === 'serving' ? ('serving' as const) : ('building' as const),
          embedded,
          indexBytes: expectedBytes(embedded, set.dimension),
          waiting: Math.max(0, (await entriesOf(set)) - embedded - failed),
          failed,
          problem: set.problem ?? open?.problem ?? null,
        }
      }),
    )
  }
}
