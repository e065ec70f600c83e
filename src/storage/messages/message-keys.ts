import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import type { Dialect } from '../database/dialect.ts'
import type { MessageKey } from '../database/message-cache.ts'

const Texts = z.array(z.string())

/** The keys of messages, oldest first, as a JSON list of texts that `readKeys` reads. */
export function keysOf(dialect: Dialect, table: 'message' | 'newer'): RawBuilder<string> {
  const seq = sql.ref(`${table}.seq`)
  return dialect.texts(sql`${sql.ref(`${table}.id`)} || ' ' || ${seq}`, seq)
}

/** Null: the list of a row that is not there. */
export function readKeys(keys: string | null): readonly MessageKey[] {
  if (keys === null || keys === '[]') return []
  return Texts.parse(JSON.parse(keys)).map((key) => {
    const [id = '', seq] = key.split(' ')
    return { id, seq: Number(seq) }
  })
}
