import type { Selectable } from 'kysely'
import type { Change, ChangeKind } from '../../core/event.ts'
import { CHANGE_KINDS } from '../../core/event.ts'
import { compiled } from '../database/compiled.ts'
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

const insertChange = compiled((db, { namespace, kind, subjectId, at }: NewChange) =>
  db.insertInto('event').values({ namespace, kind, subject_id: subjectId, at }).returning('seq'),
)

const changesAfter = compiled((db, { seq, limit }: { seq: number; limit: number }) =>
  db
    .selectFrom('event')
    .select(['seq', 'namespace', 'kind', 'subject_id'])
    .where('seq', '>', seq)
    .orderBy('seq')
    .limit(limit),
)

/** Logs a change within the transaction that makes it. */
export async function recordChange(
  db: Connection,
  namespace: string,
  kind: ChangeKind,
  subjectId: string,
  at: string,
): Promise<void> {
  const { rows } = await insertChange(db, { namespace, kind, subjectId, at })
  const seq = rows[0]?.seq ?? 0
  if (seq % 500 === 0) {
    await db
      .deleteFrom('event')
      .where('seq', '<=', seq - KEPT)
      .execute()
  }
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
