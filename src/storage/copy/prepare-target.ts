import { UserError } from '../../core/errors.ts'
import { type Connection, TEXT_INDEXES } from '../database/dialect.ts'
import type { CopySource, CopyTarget } from './ends.ts'
import type { Sums } from './sum-rows.ts'
import { COPIED_TABLES } from './tables.ts'
import {
  beginUnfinished,
  endUnfinished,
  NOTHING_REACHED,
  type Reached,
  readUnfinished,
} from './unfinished.ts'

export interface Prepared {
  readonly reached: Reached
  /** `anew`: an unfinished copy existed, but the source has changed since. */
  readonly how: 'begins' | 'goes on' | 'anew'
}

/** Refuses a target with other data, before the time is spent on reading the source. */
export async function assertFit({ reader, location }: CopyTarget): Promise<void> {
  if (!(await readUnfinished(reader))) await assertEmpty(reader, location)
}

/**
 * Marks the target as an unfinished copy, and returns where to continue. Refuses an unfinished copy of another source.
 */
export async function prepareTarget(
  target: CopyTarget,
  { location }: Pick<CopySource, 'location'>,
  sums: Sums,
): Promise<Prepared> {
  return target.transact(async (trx) => {
    const begun = await readUnfinished(trx)
    if (begun && !begun.spoiled && isSame(begun.sums, sums)) {
      return { reached: begun.reached, how: begun.reached.rows > 0 ? 'goes on' : 'begins' }
    }
    if (begun && begun.source !== location) throw ofAnother(target.location, begun.source, location)
    if (begun) await clear(trx, target)
    else await assertEmpty(trx, target.location)
    await beginUnfinished(trx, target.schemaVersion, {
      source: location,
      sums,
      reached: NOTHING_REACHED,
    })
    return { reached: NOTHING_REACHED, how: begun ? 'anew' : 'begins' }
  })
}

function isSame(one: Sums, other: Sums): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

async function assertEmpty(trx: Connection, location: string): Promise<void> {
  for (const { name } of COPIED_TABLES) {
    const rows = await trx
      .selectFrom(name)
      .select(({ lit }) => lit(1).as('one'))
      .limit(1)
      .execute()
    if (rows.length === 0) continue
    throw new UserError(
      'conflict',
      `${location} is not empty (there are rows in ${name}), and a copy is never mixed with other data. Name a database that holds nothing yet.`,
    )
  }
}

async function clear(trx: Connection, { dialect, schemaVersion }: CopyTarget): Promise<void> {
  await endUnfinished(trx, schemaVersion)
  // Derived rows are deleted with their source rows, except the keyword index and vocabulary.
  for (const { name } of COPIED_TABLES.toReversed()) await trx.deleteFrom(name).execute()
  await trx.deleteFrom('word').execute()
  for (const index of TEXT_INDEXES) {
    await dialect.textSearch.drop(trx, index)
    await dialect.textSearch.create(trx, index)
  }
}

function ofAnother(target: string, begun: string, source: string): UserError {
  return new UserError(
    'conflict',
    `${target} holds an unfinished copy of ${begun}, not of ${source}. Finish that one, or name another target.`,
  )
}
