import { type Kysely, sql } from 'kysely'
import type { Change } from '../../core/event.ts'
import { toChanges } from '../changes.ts'
import type { Database } from '../schema.ts'
import type { ChangeLog } from '../store.ts'

interface Row {
  readonly seq: number
  readonly namespace: string
  readonly kind: string
  readonly subject_id: string
  readonly settled: boolean
}

/**
 * The log in the order of transactions. It ends before the oldest transaction under way: whatever comes to light later
 * stands after everything that was read, so that no reader passes over it.
 */
export function readChangeLog(
  db: Kysely<Database>,
  onUnsettled: () => void,
): Pick<ChangeLog, 'head' | 'after'> {
  const settled = sql<boolean>`xid < pg_snapshot_xmin(pg_current_snapshot())`
  return {
    async head() {
      const { rows } = await sql<{ seq: number }>`
        SELECT seq FROM event WHERE ${settled} ORDER BY xid DESC, seq DESC LIMIT 1`.execute(db)
      return rows[0]?.seq ?? 0
    },
    async after(seq, limit): Promise<readonly Change[]> {
      const { rows } = await sql<Row>`
        SELECT seq, namespace, kind, subject_id, ${settled} AS settled FROM event
        WHERE (xid, seq) > (coalesce((SELECT xid FROM event WHERE seq = ${seq}), '0'::xid8), ${seq})
        ORDER BY xid, seq LIMIT ${limit}`.execute(db)
      const known = rows.filter((row) => row.settled)
      if (known.length < rows.length) onUnsettled()
      return toChanges(known)
    },
  }
}

/**
 * A copy that was loaded into another server has the numbers of the old one's transactions, which may lie ahead of those
 * of this one. Nobody waits for what it tells.
 */
export async function forgetForeignChanges(db: Kysely<Database>): Promise<void> {
  await sql`DELETE FROM event WHERE EXISTS (
    SELECT 1 FROM event AS foreign_event WHERE foreign_event.xid >= pg_snapshot_xmax(pg_current_snapshot())
  )`.execute(db)
}
