import { sql } from 'kysely'
import type { Connection } from './database/dialect.ts'
import { inSlices, SLICE } from './database/in-slices.ts'
import type { RowCounts } from './port/store.ts'
import { countRuns } from './runs/run-lists.ts'

/**
 * Counts what a namespace holds. Only indexes are walked, never the rows with their texts, and messages are summed up
 * from what each agent keeps, so that a million of them cost nothing.
 */
export async function countRows(db: Connection, namespace: string): Promise<RowCounts> {
  return {
    agents: await countIds(db, namespace, 'agent'),
    blocks: await countIds(db, namespace, 'block'),
    messages: await sumMessages(db, namespace),
    passages: await countIds(db, namespace, 'passage'),
    runs: await countRuns(db, namespace),
  }
}

async function countIds(
  db: Connection,
  namespace: string,
  table: 'agent' | 'block' | 'passage',
): Promise<number> {
  return inSlices(async (after: string | undefined) => {
    const ids = db
      .selectFrom(table)
      .select('id')
      .where('namespace', '=', namespace)
      .where('id', '>', after ?? '')
      .orderBy('id')
      .limit(SLICE)
    return db
      .selectFrom(ids.as('slice'))
      .select((eb) => [eb.fn.countAll<number>().as('count'), eb.fn.max('id').as('last')])
      .executeTakeFirstOrThrow()
  })
}

/** No message is ever deleted but with its agent, so the number of the newest is how many there are. */
async function sumMessages(db: Connection, namespace: string): Promise<number> {
  const row = await db
    .selectFrom('agent')
    .select(sql<number>`coalesce(sum(last_message), 0)`.as('sum'))
    .where('namespace', '=', namespace)
    .executeTakeFirstOrThrow()
  return Number(row.sum)
}
