import { randomBytes } from 'node:crypto'
import type { Connection } from '../database/dialect.ts'

const BYTES = 32

/** The first process creates the key; all others read it. */
export async function signingKey(
  reader: Connection,
  transact: <T>(work: (trx: Connection) => Promise<T>) => Promise<T>,
  name: string,
): Promise<Uint8Array> {
  const known = await readKey(reader, name)
  if (known) return known
  const value = randomBytes(BYTES).toString('base64')
  return transact(async (trx) => {
    await trx
      .insertInto('signing_key')
      .values({ name, value })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute()
    const key = await readKey(trx, name)
    if (!key) throw new Error('a signing key is gone inside its transaction')
    return key
  })
}

async function readKey(db: Connection, name: string): Promise<Uint8Array | undefined> {
  const row = await db
    .selectFrom('signing_key')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirst()
  return row && Buffer.from(row.value, 'base64')
}
