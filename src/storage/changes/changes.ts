import type { Insertable, Selectable } from 'kysely'
import type { Change, ChangeKind, RunState } from '../../core/event.ts'
import { CHANGE_KINDS } from '../../core/event.ts'
import { compiled, compiledRows, perDialect } from '../database/compiled.ts'
import type { Connection, Dialect } from '../database/dialect.ts'
import type { Database } from '../database/schema.ts'
import type { ChangeLog, Logged } from '../port/store.ts'

/** Changes kept in the log. Listeners read it every moment, so none is further behind. Chosen by hand. */
const KEPT = 10_000

interface NewChange {
  readonly namespace: string
  readonly kind: ChangeKind
  readonly subjectId: string
  readonly at: string
  readonly run?: RunState | undefined
}

/** Changes of the transactions in progress. */
const collected = new WeakMap<Connection, Map<string, NewChange>>()

const insertion = perDialect((dialect) =>
  compiledRows(
    ['namespace', 'kind', 'subject_id', 'at'],
    (db, rows: readonly Insertable<Database['event']>[]) =>
      db
        .insertInto('event')
        .values(rows)
        .returning(['seq', 'namespace', 'kind', 'subject_id'])
        .returning(dialect.changeBefore.as('before')),
  ),
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
 * it is made. `run`: what it makes of a run.
 */
export async function recordChange(
  db: Connection,
  namespace: string,
  kind: ChangeKind,
  subjectId: string,
  at: string,
  run?: RunState,
): Promise<void> {
  const changes = collected.get(db)
  if (!changes) throw new Error('a change was made outside of a transaction that logs it')
  changes.set(keyOf({ namespace, kind, subjectId }), { namespace, kind, subjectId, at, run })
}

function keyOf({ namespace, kind, subjectId }: Omit<NewChange, 'at' | 'run'>): string {
  return JSON.stringify([namespace, kind, subjectId])
}

/** The transaction in progress has made a change of that kind. */
export function hasChanged(db: Connection, kind: ChangeKind): boolean {
  return [...(collected.get(db)?.values() ?? [])].some((change) => change.kind === kind)
}

/** Runs the work of a transaction, and logs its changes in one statement. */
export async function collectChanges<T>(
  db: Connection,
  dialect: Dialect,
  work: (db: Connection) => Promise<T>,
): Promise<{ readonly result: T; readonly logged: Logged }> {
  const changes = new Map<string, NewChange>()
  collected.set(db, changes)
  const result = await work(db)
  collected.delete(db)
  return { result, logged: await insertChanges(db, dialect, changes) }
}

async function insertChanges(
  db: Connection,
  dialect: Dialect,
  changes: ReadonlyMap<string, NewChange>,
): Promise<Logged> {
  if (changes.size === 0) return { changes: [], before: null }
  const { rows } = await insertion(dialect)(
    db,
    [...changes.values()].map(({ namespace, kind, subjectId, at }) => {
      return { namespace, kind, subject_id: subjectId, at }
    }),
  )
  const sorted = rows.toSorted((one, other) => one.seq - other.seq)
  const logged = toChanges(sorted).map((change): Change => {
    const run = changes.get(keyOf(change))?.run
    return run ? { ...change, run } : change
  })
  const last = logged.at(-1)?.seq ?? 0
  const first = logged[0]?.seq ?? 0
  if (Math.floor(last / 500) > Math.floor((first - 1) / 500)) {
    await db
      .deleteFrom('event')
      .where('seq', '<=', last - KEPT)
      .execute()
  }
  return { changes: logged, before: sorted[0]?.before ?? null }
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
