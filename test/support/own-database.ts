import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Storage } from '../../src/storage/port/store.ts'

/* Servers in tests have the file in their home, or a schema of their own where RECOLLECT_TEST_POSTGRES names a server. */

/** A database of its own, for one test. */
export interface TestStorage {
  readonly storage: Storage
  close(): Promise<void>
}

/** The address of a server that tests may fill, by a superuser. */
export const TEST_SERVER = process.env.RECOLLECT_TEST_POSTGRES || undefined

const schemas = new Map<string, string>()
/** They are emptied when the next is asked for, in one process. */
const left: string[] = []
const run = () => process.env.RECOLLECT_TEST_RUN ?? ''

/** Settings of an empty database, the same for the same home until `leaveDatabaseOf`. */
export function databaseOf(home: string): { readonly RECOLLECT_DATABASE_URL?: string } {
  if (TEST_SERVER === undefined) return {}
  const schema = schemas.get(home) ?? lendSchema('take', run(), left.splice(0))
  schemas.set(home, schema)
  return { RECOLLECT_DATABASE_URL: addressOf(TEST_SERVER, schema) }
}

export function leaveDatabaseOf(home: string): void {
  const schema = schemas.get(home)
  if (schema === undefined) return
  schemas.delete(home)
  left.push(schema)
}

/** For other files: this one needs no more. */
export function giveBackDatabases(): void {
  if (left.length > 0) lendSchema('give-back', run(), left.splice(0))
}

/** Where a server finds this schema first, and is known by its name. */
export function addressOf(server: string, schema: string): string {
  const url = new URL(server)
  url.searchParams.set('options', `-csearch_path=${schema},public`)
  url.searchParams.set('application_name', schema)
  return url.href
}

/** Waits for it, as settings of servers are put together in plain expressions. */
export function lendSchema(
  verb: 'open' | 'take' | 'give-back' | 'close',
  run: string,
  given: readonly string[] = [],
): string {
  const script = fileURLToPath(new URL('lend-schema.mjs', import.meta.url))
  return execFileSync(process.execPath, [script, verb, run, ...given], { encoding: 'utf8' })
}
