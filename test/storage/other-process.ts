import DatabaseHandle from 'better-sqlite3'
import { UserError } from '../../src/core/errors.ts'
import type { AgentId, ArchiveId, PassageId } from '../../src/core/ids.ts'
import type { Storage } from '../../src/storage/port/store.ts'
import { openSqlite } from '../../src/storage/sqlite/open.ts'
import { at, insertPassages, someAgent } from '../support/stores.ts'
import {
  madeUpVector,
  openVectorWriter,
  type VectorWriter,
  vectorOfText,
} from '../support/vectors.ts'
import { type MigrationSet, madeUp } from './made-up-migrations.ts'

/** Actions that SQLite tests run in another process; `startProcess` bundles it from this file. */
export type Order =
  | { readonly kind: 'open'; readonly path: string; readonly migrations: MigrationSet }
  | { readonly kind: 'insert agents'; readonly count: number }
  /** Takes the write lock and keeps it until `unlock`. */
  | { readonly kind: 'lock'; readonly path: string }
  | { readonly kind: 'unlock' }
  /** Stores the vectors that `madeUpVector` has for these rows and this version, in place of those before. */
  | { readonly kind: 'put vectors'; readonly version: number; readonly at: VectorsAt }
  | { readonly kind: 'remove vectors'; readonly at: VectorsAt }
  /** In the storage that is open; embeds them too, as `vectorOfText` has it. */
  | {
      readonly kind: 'insert passages'
      readonly archive: ArchiveId
      readonly handle: string
      readonly passages: readonly { readonly id: PassageId; readonly text: string }[]
    }
  | {
      readonly kind: 'delete passages'
      readonly agent: AgentId
      readonly ids: readonly PassageId[]
    }

export interface VectorsAt {
  readonly path: string
  readonly setRow: number
  readonly rows: readonly number[]
}

export type Answer =
  | { readonly kind: 'done'; readonly schemaVersion: number | null }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }

const VECTORS_AT_A_TIME = 20
const PASSAGES_AT_A_TIME = 50

let storage: Storage | undefined
function opened(): Storage {
  if (!storage) throw new Error('no storage is open')
  return storage
}

/** As the queue does it that asks a model. */
async function embedAll({ embeddings }: Storage, handle: string): Promise<void> {
  const times = { now: at(), expiresAt: at(1_000) }
  const amount = { mostTasks: PASSAGES_AT_A_TIME, mostCharacters: 100_000 }
  while (true) {
    const { batch } = await embeddings.claim({ handle, owner: 'other', ...times, ...amount })
    if (!batch) return
    const outcomes = batch.tasks.map(
      (task) => ({ kind: 'vector', task, vector: vectorOfText(task.text) }) as const,
    )
    await embeddings.finish(batch.lease, { outcomes, retryAt: at() })
  }
}

let writer: VectorWriter | undefined
function writerOf(path: string): VectorWriter {
  writer ??= openVectorWriter(path)
  return writer
}

let locked: DatabaseHandle.Database | undefined

async function carryOut(order: Order): Promise<void> {
  switch (order.kind) {
    case 'open':
      storage = await openSqlite(order.path, madeUp(order.migrations))
      return
    case 'insert agents':
      for (let count = 0; count < order.count; count += 1) {
        await storage?.in('default').transaction((tx) => tx.agents.insert(someAgent()))
      }
      return
    case 'lock':
      locked = new DatabaseHandle(order.path)
      locked.exec('BEGIN IMMEDIATE')
      return
    case 'put vectors':
      for (let from = 0; from < order.at.rows.length; from += VECTORS_AT_A_TIME) {
        const some = order.at.rows.slice(from, from + VECTORS_AT_A_TIME)
        await writerOf(order.at.path).put(
          order.at.setRow,
          some.map((row) => [row, madeUpVector(row, order.version)]),
        )
      }
      return
    case 'remove vectors':
      for (let from = 0; from < order.at.rows.length; from += VECTORS_AT_A_TIME) {
        const some = order.at.rows.slice(from, from + VECTORS_AT_A_TIME)
        await writerOf(order.at.path).remove(order.at.setRow, some)
      }
      return
    case 'insert passages':
      for (let from = 0; from < order.passages.length; from += PASSAGES_AT_A_TIME) {
        const some = order.passages.slice(from, from + PASSAGES_AT_A_TIME)
        await insertPassages(opened().in('default'), order.archive, some)
        await embedAll(opened(), order.handle)
      }
      return
    case 'delete passages':
      for (const id of order.ids)
        await opened()
          .in('default')
          .transaction((tx) => tx.passages.delete(order.agent, id, at()))
      return
    case 'unlock':
      locked?.exec('COMMIT')
      locked?.close()
      return
  }
}

async function answer(order: Order): Promise<Answer> {
  try {
    await carryOut(order)
    const info = await storage?.info()
    return { kind: 'done', schemaVersion: info?.schemaVersion ?? null }
  } catch (error) {
    const code = error instanceof UserError ? error.code : 'unexpected'
    return { kind: 'refused', code, message: String(error) }
  }
}

process.on('message', (order: Order) => {
  void answer(order).then((result) => process.send?.(result))
})
