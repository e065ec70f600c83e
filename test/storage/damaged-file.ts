import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { newId } from '../../src/core/ids.ts'
import { salvageSqlite } from '../../src/storage/sqlite/salvage.ts'
import { insertAgent, insertArchive, insertPassages } from '../support/stores.ts'
import { createWorkplace, look } from './workplace.ts'

/* A closed database whose pages a test damages. */

export const PASSAGES = 400

export interface DamagedFile {
  /** The offset of a table's or an index's page at a place in its tree. */
  pageAt(name: string, path: string): number
  /** The offsets of the pages that hold the rows of a table, in order, and how many each has. */
  leaves(table: string): readonly { readonly at: number; readonly cells: number }[]
  bytes(): Buffer
  overwrite(at: number, bytes: Buffer): void
  /** Fills a whole page with letters. */
  overwritePage(at: number): void
  salvage(): Promise<ReadonlyMap<string, { readonly rows: number; readonly lost: number | null }>>
  /** Runs a statement while nothing is damaged. */
  change(sql: string): void
  /** Answers a query with the new file. */
  salvaged(query: string): readonly unknown[][]
  clear(): Promise<void>
}

export async function createDamagedFile(): Promise<DamagedFile> {
  const work = await createWorkplace()
  const target = join(work.directory, 'salvaged.db')
  const storage = await work.open()
  const store = storage.in('default')
  const agent = await insertAgent(store)
  const archive = await insertArchive(store, agent.id)
  const passages = Array.from({ length: PASSAGES }, (_, number) => ({
    id: newId('passage'),
    text: `Fact ${number} about ${'looms '.repeat(40)}`,
  }))
  await insertPassages(store, archive, passages)
  await storage.close()
  function overwrite(at: number, bytes: Buffer): void {
    const file = openSync(work.path, 'r+')
    writeSync(file, bytes, 0, bytes.length, at)
    closeSync(file)
  }
  return {
    pageAt: (name, path) =>
      Number(
        look(work.path, (handle) =>
          handle
            .prepare('SELECT pgoffset FROM dbstat WHERE name = ? AND path = ?')
            .pluck()
            .get(name, path),
        ),
      ),
    leaves: (table) =>
      look(work.path, (handle) =>
        handle
          .prepare(
            "SELECT pgoffset AS at, ncell AS cells FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path",
          )
          .all(table),
      ) as { at: number; cells: number }[],
    bytes: () => readFileSync(work.path),
    change: (sql) => look(work.path, (handle) => handle.exec(sql)),
    overwrite,
    overwritePage: (at) => overwrite(at, Buffer.alloc(4_096, 0x5a)),
    async salvage() {
      const { tables } = await salvageSqlite(work.path, target, new Date())
      return new Map(tables.map(({ name, rows, lost }) => [name, { rows, lost }]))
    },
    salvaged: (query) => look(target, (handle) => handle.prepare(query).raw().all()) as unknown[][],
    clear: () => work.clear(),
  }
}
