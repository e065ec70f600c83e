import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSqlite } from '../../src/storage/sqlite/open.ts'
import { contentsOf } from '../support/contents.ts'
import { liveIn } from '../support/lived-in.ts'
import { newHome, removeHomes, runCommand } from './support.ts'

/* recollect migrate from one SQLite file to another. */

const DIMENSION = 24
const NAMESPACES = ['default', 'tenant']

let source: string
beforeAll(async () => {
  source = join(newHome(), 'source.db')
  const storage = await openSqlite(source)
  const size = { agents: 3, passages: 60, messages: 60, dimension: DIMENSION, wordsOfText: 30 }
  for (const namespace of NAMESPACES) await liveIn(storage, namespace, size)
  await storage.close()
}, 60_000)
afterAll(removeHomes)

const migrate = (from: string, to: string) =>
  runCommand(['migrate', '--from', `file:${from}`, '--to', `file:${to}`], {})

const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')

async function contents(file: string) {
  const storage = await openSqlite(file)
  try {
    const all = []
    for (const namespace of NAMESPACES) all.push(await contentsOf(storage, namespace, DIMENSION))
    return all
  } finally {
    await storage.close()
  }
}

describe('a copy', () => {
  it('has everything that its source has, finds the same, and leaves the source as it is', async () => {
    const before = digest(source)
    const target = join(newHome(), 'new', 'target.db')
    const finished = await migrate(source, target)
    expect(finished).toMatchObject({ code: 0, stdout: '' })
    expect(finished.stderr).toMatch(/checking .* 100 %[\s\S]*The copy is complete/)
    expect(digest(source)).toBe(before)
    const copied = await contents(target)
    expect(copied).toEqual(await contents(source))
    expect(copied[0]?.answers.length).toBeGreaterThan(20)
    expect(copied[0]?.files.size).toBe(11)
    const back = join(newHome(), 'back.db')
    expect((await migrate(target, back)).code).toBe(0)
    expect(await contents(back)).toEqual(copied)
  }, 60_000)
})
