import type { Selectable } from 'kysely'
import type { Change, ChangeKind } from '../../core/event.ts'
import { CHANGE_KINDS } from '../../core/event.ts'
import type { Connection } from '../database/dialect.ts'
import type { Database } from '../database/schema.ts'
import type { ChangeLog } from '../port/store.ts'

/** Changes kept in the log. Listeners read it every moment, so none is further behind. Chosen by hand. */
const KEPT = 10_000

/** Logs a change within the transaction that makes it. */
export async function recordChange(
  db: Connection,
  namespace: string,
  kind: ChangeKind,
  subjectId: string,
  at: string,
): Promise<void> {
  const { seq } = await db
    .insertInto('event')
    .values({ namespace, kind, subject_id: subjectId, at })
    .returning('seq')
    .executeTakeFirstOrThrow()
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
      const rows = await db
        .selectFrom('event')
        .select(['seq', 'namespace', 'kind', 'subject_id'])
        .where('seq', '>', seq)
        .orderBy('seq')
        .limit(limit)
        .execute()
      return toChanges(rows)
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
