import type { Insertable, Selectable } from 'kysely'
import type { Change, ChangeKind } from '../../core/event.ts'
import { CHANGE_KINDS } from '../../core/event.ts'
import { compiled, compiledRows } from '../database/compiled.ts'
import type { Connection } from '../database/dialect.ts'
import type { Database } from '../database/schema.ts'
import type { ChangeLog } from '../port/store.ts'

/** Changes kept in the log. Listeners read it every moment, so none is further behind. Chosen by hand. */
const KEPT = 10_000

interface NewChange {
  readonly namespace: string
  readonly kind: ChangeKind
  readonly subjectId: string
  readonly at: string
}

/** Changes of the transactions in progress. */
const collected = new WeakMap<Connection, Map<string, NewChange>>()

const insertRows = compiledRows(
  ['namespace', 'kind', 'subject_id', 'at'],
  (db, rows: readonly Insertable<Database['event']>[]) =>
    db.insertInto('event').values(rows).returning(['seq', 'namespace', 'kind', 'subject_id']),
)

const changesAfter = compiled((db, { seq, limit }: { seq: number; limit: number }) =>
  db
    .selectFrom('event')
    .select(['seq', 'namespace', 'kind', 'subject_id'])
    .where('seq', '>', seq)
    .orderBy('seq')
    .limit(limit),
)

/**
 * Logs a change within the transaction that makes it, where `collectChanges` runs: at its end, and once however often
 * it is made.
 */
export async function recordChange(
  db: Connection,
  namespace: string,
  kind: ChangeKind,
  subjectId: string,
  at: string,
): Promise<void> {
  const change = { namespace, kind, subjectId, at }
  const changes = collected.get(db)
  if (changes) changes.set(JSON.stringify([namespace, kind, subjectId]), change)
  else await insertChanges(db, [change])
}

/** Runs the work of a transaction, and logs its changes in one statement. */
export async function collectChanges<T>(
  db: Connection,
  work: (db: Connection) => Promise<T>,
): Promise<{ readonly result: T; readonly changes: readonly Change[] }> {
  const changes = new Map<string, NewChange>()
  collected.set(db, changes)
  const result = await work(db)
  collected.delete(db)
  return { result, changes: await insertChanges(db, [...changes.values()]) }
}

async function insertChanges(
  db: Connection,
  changes: readonly NewChange[],
): Promise<readonly Change[]> {
  if (changes.length === 0) return []
  const { rows } = await insertRows(
    db,
    changes.map(({ subjectId, ...change }) => ({ ...change, subject_id: subjectId })),
  )
  const logged = toChanges(rows).toSorted((one, other) => one.seq - other.seq)
  const last = logged.at(-1)?.seq ?? 0
  const first = logged[0]?.seq ?? 0
  if (Math.floor(last / 500) > Math.floor((first - 1) / 500)) {
    await db
      .deleteFrom('event')
      .where('seq', '<=', last - KEPT)
      .execute()
  }
  return logged
}

export function changeReads(db: Connection): Pick<ChangeLog, 'head' | 'after'> {
  return {
    async head() {
      const row = await db
        .selectFrom('event')
        .select((eb) => eb.fn.max('seq').as('seq'))
        .executeTakeFirst()
      return row?.seq ?? 0
    },
    async after(seq, limit) {
      return toChanges((await changesAfter(db, { seq, limit })).rows)
    },
  }
}

type Row = Omit<Selectable<Database['event']>, 'at'>

/** Kinds of changes written by a later version are skipped. */
export function toChanges(rows: readonly Row[]): readonly Change[] {
  return rows.flatMap((row) => {
    const kind = CHANGE_KINDS.find((known) => known === row.kind)
    return kind ? [{ seq: row.seq, namespace: row.namespace, kind, subjectId: row.subject_id }] : []
  })
}
