import { sql } from 'kysely'
import type { Timestamp } from '../../core/clock.ts'
import { UserError } from '../../core/errors.ts'
import type { Connection, Dialect, NumberedTable, Numbering } from '../database/dialect.ts'
import { copyTables } from './copy-tables.ts'
import type { CopySource, CopyTarget } from './ends.ts'
import { assertFit, type Prepared, prepareTarget } from './prepare-target.ts'
import type { Sums } from './sum-rows.ts'
import { differences, sumTables, totalRows } from './sum-tables.ts'
import { COPIED_TABLES } from './tables.ts'
import { endUnfinished, spoil } from './unfinished.ts'

export type CopyPhase = 'reading' | 'copying' | 'checking'

export interface CopyReports {
  /** Called when `done` of `total` rows are finished in this phase. */
  progress(phase: CopyPhase, done: number, total: number): void
  prepared(how: Prepared['how'], done: number): void
  /** Called with the number of agents of the source that have running work. */
  atWork(agents: number): void
}

export interface Copied {
  readonly rows: number
  readonly tables: Sums
}

/**
 * Copies the source, as of now, into the target, which is usable only after success. After a cancellation or crash, a
 * new call with the same source continues. Reads the source twice, and the target once more to compare them.
 */
export async function copyDatabase(
  source: CopySource,
  target: CopyTarget,
  now: Timestamp,
  reports: CopyReports,
  signal: AbortSignal,
): Promise<Copied> {
  await assertFit(target)
  return source.snapshot(async (from) => {
    reports.atWork(await agentsAtWork(from, now))
    const sums = await summed(from, source.dialect, 'reading', await countRows(from))
    const total = totalRows(sums)
    const { reached, how } = await prepareTarget(target, source, sums)
    reports.prepared(how, reached.rows)
    reports.progress('copying', reached.rows, total)
    await copyTables(from, source, target, reached, signal, ({ rows }) =>
      reports.progress('copying', rows, total),
    )
    await compare(target, sums, await summed(target.reader, target.dialect, 'checking', total))
    const numbers = await numbersOf(from, source.dialect.numbering)
    await target.transact(async (trx) => {
      for (const [table, number] of numbers) {
        await target.dialect.numbering.continueAfter(trx, table, number)
      }
      await endUnfinished(trx, target.schemaVersion)
    })
    return { rows: total, tables: sums }
  })

  async function summed(
    db: Connection,
    dialect: Dialect,
    phase: CopyPhase,
    total: number,
  ): Promise<Sums> {
    let done = 0
    return sumTables(db, dialect, signal, (count) => {
      done += count
      reports.progress(phase, done, total)
    })
  }
}

async function compare(target: CopyTarget, source: Sums, copy: Sums): Promise<void> {
  const different = differences(source, copy)
  if (different.length === 0) return
  await target.transact(spoil)
  throw new UserError(
    'internal',
    `The copy in ${target.location} differs from its source in ${different.join(', ')}, and no server will open it. ` +
      'Run the same command again, which starts again; if it differs again, report it.',
  )
}

async function countRows(db: Connection): Promise<number> {
  let total = 0
  for (const { name } of COPIED_TABLES) {
    const { count } = await db
      .selectFrom(name)
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    total += Number(count)
  }
  return total
}

async function agentsAtWork(db: Connection, now: Timestamp): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM lease WHERE owner <> '' AND expires_at > ${now}`.execute(db)
  return Number(rows[0]?.count ?? 0)
}

async function numbersOf(
  db: Connection,
  numbering: Numbering,
): Promise<readonly (readonly [NumberedTable, number])[]> {
  const numbers: (readonly [NumberedTable, number])[] = []
  for (const { name, key } of COPIED_TABLES) {
    if (key[0] !== 'row') continue
    const table = name as NumberedTable
    numbers.push([table, await numbering.last(db, table)])
  }
  return numbers
}
