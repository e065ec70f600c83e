import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Change } from '../../core/event.ts'
import { toChanges } from '../changes/changes.ts'
import type { Connection } from '../database/dialect.ts'
import type { Database } from '../database/schema.ts'
import type { ChangeLog } from '../port/store.ts'

interface Row {
  readonly seq: number
  readonly namespace: string
  readonly kind: string
  readonly subject_id: string
  readonly settled: boolean
}

/**
 * The change log in transaction order. It ends before the oldest running transaction: whatever commits later sorts
 * after everything read so far, so no reader misses it.
 */
export function readChangeLog(
  db: Kysely<Database>,
  onUnsettled: () => void,
): Pick<ChangeLog, 'head' | 'after' | 'isInOrder'> {
  async function read(seq: number, limit: number, end: RawBuilder<unknown>) {
    const { rows } = await sql<Row>`
      SELECT seq, namespace, kind, subject_id, xid < ${end} AS settled FROM event
      WHERE (xid, seq) > (coalesce((SELECT xid FROM event WHERE seq = ${seq}), '0'::xid8), ${seq})
      ORDER BY xid, seq LIMIT ${limit}`.execute(db)
    return rows
  }

  return {
    isInOrder: false,
    async head() {
      const end = sql`${String(await oldestWriter(db))}::xid8`
      const { rows } = await sql<{ seq: number }>`
        SELECT seq FROM event WHERE xid < ${end} ORDER BY xid DESC, seq DESC LIMIT 1`.execute(db)
      return rows[0]?.seq ?? 0
    },
    async after(seq, limit): Promise<readonly Change[]> {
      const rows = await read(seq, limit, oldestOfServer)
      if (rows.every((row) => row.settled)) return toChanges(rows)
      const end = sql`${String(await oldestWriter(db))}::xid8`
      const again = await read(seq, limit, end)
      if (!again.every((row) => row.settled)) onUnsettled()
      return toChanges(again.filter((row) => row.settled))
    },
  }
}

/**
 * The newest change, if the running transaction logs the next one: no transaction before it is running anywhere on the
 * server, and none after it has logged any.
 */
export const changeBefore = sql<number | null>`
  CASE WHEN pg_snapshot_xmin(pg_current_snapshot()) = pg_current_xact_id() THEN (
    SELECT CASE WHEN count(*) = 0 THEN 0 ELSE max(newest.seq) FILTER (WHERE newest.xid < pg_current_xact_id()) END
    FROM (SELECT seq, xid FROM event ORDER BY xid DESC, seq DESC LIMIT 1) AS newest
  ) END`

/** No transaction before this one is running anywhere on the server. */
const oldestOfServer = sql`pg_snapshot_xmin(pg_current_snapshot())`

/**
 * Key of an advisory lock, any number that other programs will not use; combined with the schema name. Every writing
 * transaction takes it shared.
 */
const WRITERS = 730_511_268

/** Part of the statement that begins a transaction, so the lock is taken before the transaction gets its id. */
export const markWriter = `pg_advisory_xact_lock_shared(${WRITERS}, hashtext(current_schema()))`

/**
 * No writing transaction of Recollect before this one is running. Unlike the server-wide minimum, long transactions of
 * other programs (which may take hours) do not count. A running writer with an id is known by its lock; one without an
 * id will get a higher id than any so far.
 */
async function oldestWriter(db: Connection): Promise<number> {
  const { rows } = await sql<{ next: number; writer: number | null; number: number | null }>`
    SELECT asked.next, mark.pid AS writer, own.transactionid::text::bigint AS number
    FROM (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next) AS asked
    LEFT JOIN pg_locks AS mark ON mark.locktype = 'advisory' AND mark.classid = ${WRITERS}
      AND mark.objid = (hashtext(current_schema())::bigint & 4294967295)::oid AND mark.objsubid = 2
      AND mark.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    LEFT JOIN pg_locks AS own ON own.virtualtransaction = mark.virtualtransaction
      AND own.locktype = 'transactionid' AND own.mode = 'ExclusiveLock'`.execute(db)
  // One more than the newest finished transaction; some running ones have higher ids.
  const next = rows[0]?.next ?? 0
  const numbers = rows.map(({ writer, number }) => {
    if (writer === null) return next
    // The transaction is getting its id right now.
    if (number === null) return 0
    const round = next - (next % NUMBERS) + number
    if (round > next + NUMBERS / 2) return round - NUMBERS
    return round < next - NUMBERS / 2 ? round + NUMBERS : round
  })
  return Math.min(next, ...numbers)
}

/**
 * pg_locks shows only the lower 32 bits of a transaction id; the ids of running transactions are close to each other.
 */
const NUMBERS = 2 ** 32

/**
 * A dump restored on another server contains transaction ids of the old server, which may be ahead of this one's.
 * Nobody waits for these changes, so they are deleted.
 */
export async function forgetForeignChanges(db: Kysely<Database>): Promise<void> {
  await sql`DELETE FROM event WHERE EXISTS (
    SELECT 1 FROM event AS foreign_event WHERE foreign_event.xid >= pg_snapshot_xmax(pg_current_snapshot())
  )`.execute(db)
}
