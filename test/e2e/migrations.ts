import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { newId } from '../../src/core/ids.ts'
import type { Storage } from '../../src/storage/port/store.ts'
import { openSqlite } from '../../src/storage/sqlite/open.ts'
import { BINARY } from '../support/connect.ts'
import { contentsOf } from '../support/contents.ts'
import { type LivedIn, liveIn } from '../support/lived-in.ts'
import { at } from '../support/stores.ts'
import type { Finished } from './support.ts'

/* Shared helpers for the tests of recollect migrate. */

const DIMENSION = 24
const NAMESPACES = ['default', 'tenant']

/** A file in which everything stands that a database can hold. */
export async function fillFile(
  file: string,
  size: Partial<LivedIn> = {},
  namespaces = NAMESPACES,
): Promise<void> {
  const storage = await openSqlite(file)
  const all = { agents: 3, passages: 60, messages: 60, wordsOfText: 30, ...size }
  for (const namespace of namespaces) {
    await liveIn(storage, namespace, { ...all, dimension: DIMENSION })
  }
  await storage.signingKey('request-state')
  await storage.tokens.insert({
    ...{ id: newId('token'), name: 'phone', digest: digestOf(file), scopes: ['read'] },
    ...{ namespace: 'default', createdAt: at(), expiresAt: null },
  })
  await storage.learned.put({
    baseUrl: 'https://api.example.com/v1',
    model: 'm',
    abilities: '{}',
    learnedAt: at(),
  })
  await storage.close()
}

export async function contentsOfFile(file: string) {
  const storage = await openSqlite(file)
  try {
    return await contentsOfStorage(storage)
  } finally {
    await storage.close()
  }
}

export async function contentsOfStorage(storage: Storage) {
  const shared = {
    tokens: await storage.tokens.list(),
    learned: await storage.learned.list(),
    key: await storage.signingKey('request-state'),
  }
  const contents = []
  for (const namespace of NAMESPACES) {
    contents.push({ ...shared, ...(await contentsOf(storage, namespace, DIMENSION)) })
  }
  return contents
}

export const fileUrl = (file: string) => `file:${file}`

export const digestOf = (file: string) =>
  createHash('sha256').update(readFileSync(file)).digest('hex')

/** Without a limit of time, as it takes as long as it takes. */
export const migrate = (from: string, to: string): Promise<Finished> =>
  startMigrating(from, to).ended

export interface Migrating {
  readonly process: ChildProcess
  /** Resolves when it has begun to copy, or has ended. */
  readonly copying: Promise<unknown>
  readonly ended: Promise<Finished>
}

export function startMigrating(from: string, to: string): Migrating {
  const child = spawn(process.execPath, [BINARY, 'migrate', '--from', from, '--to', to], {
    env: { PATH: process.env.PATH ?? '', HOME: tmpdir() },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  const closed = once(child, 'close')
  const copying = new Promise<void>((resolve) => {
    child.stderr.on('data', (piece) => {
      stderr += piece
      if (stderr.includes('copying')) resolve()
    })
  })
  return {
    process: child,
    copying: Promise.race([copying, closed]),
    ended: closed.then(([code]) => ({ code, stdout: '', stderr })),
  }
}
