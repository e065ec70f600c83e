import { cpSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import DatabaseHandle from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MIGRATIONS } from '../../src/storage/migrations/index.ts'
import { openSqlite } from '../../src/storage/sqlite/open.ts'
import { look } from '../storage/workplace.ts'
import { connect, startServe } from '../support/connect.ts'
import { at, insertAgent } from '../support/stores.ts'
import { contentsOfFile, digestOf, fillFile, migrate } from './migrations.ts'
import { expectOneLine, newHome, removeHomes, runCommand, withoutKey } from './support.ts'

/* recollect migrate from one SQLite file to another. */

let source: string
beforeAll(async () => {
  source = join(newHome(), 'source.db')
  await fillFile(source)
}, 60_000)
afterAll(removeHomes)

const newFile = () => join(newHome(), 'target.db')
const toFile = (from: string, to: string) => migrate(`file:${from}`, `file:${to}`)

describe('a copy', () => {
  let target: string
  beforeAll(async () => {
    target = join(newHome(), 'new', 'target.db')
    const before = digestOf(source)
    const finished = await toFile(source, target)
    expect(finished).toMatchObject({ code: 0, stdout: '' })
    expect(finished.stderr).toMatch(/checking .* 100 %[\s\S]*The copy is complete/)
    expect(digestOf(source)).toBe(before)
  }, 60_000)

  it('has everything that its source has, with the same search results, there and back again', async () => {
    const copied = await contentsOfFile(target)
    expect(copied).toEqual(await contentsOfFile(source))
    expect(copied[0]?.answers.length).toBeGreaterThan(20)
    expect(copied[0]?.files.size).toBe(12)
    const back = newFile()
    expect((await toFile(target, back)).code).toBe(0)
    expect(await contentsOfFile(back)).toEqual(copied)
  }, 60_000)

  it('continues the row numbers of its source, so that none is used twice', () => {
    const numbers = (file: string) =>
      look(file, (handle) =>
        handle
          .prepare(
            "SELECT name, seq FROM sqlite_sequence WHERE name NOT IN ('event', 'vector_gone') AND seq > 0 ORDER BY name",
          )
          .all(),
      )
    expect(numbers(target)).toEqual(numbers(source))
  })

  it('leaves its runs and pending embeddings free to be claimed', async () => {
    const storage = await openSqlite(target)
    const claimed: string[] = []
    const living = ['a process of default', 'a process of tenant']
    const times = { now: at(61), expiresAt: at(99), orphanedBefore: at(-99) }
    for (;;) {
      const claim = await storage.claims.next({ owner: 'me', living, ...times })
      if (!claim) break
      claimed.push(claim.run.status)
    }
    expect(claimed).toEqual(new Array(6).fill('running'))
    expect(await storage.jobs.owners()).toEqual([])
    await storage.close()
  })
})

describe('a source', () => {
  it('may be in use; what is written later is not in the copy', async () => {
    const home = newHome()
    const serving = await startServe(withoutKey(home))
    const client = await connect('v2-auto', { kind: 'http', url: serving.url })
    await client.call('create_agent', { name: 'Ada', human: 'Likes tea.' })
    const target = newFile()
    const finished = await toFile(join(home, 'recollect.db'), target)
    expect(finished.code).toBe(0)
    expect((await client.call('create_agent', { name: 'Too late' })).isError).toBe(false)
    await client.close()
    expect(await serving.stop()).toBe(0)
    const copy = await runCommand(['export', 'Ada', '--database', `file:${target}`], {})
    expect(JSON.parse(copy.stdout).blocks[1].versions[0].value).toBe('Likes tea.')
    const late = await runCommand(['export', 'Too late', '--database', `file:${target}`], {})
    expect(late.code).toBe(1)
  })

  it('with runs in progress is copied with a warning', async () => {
    const busy = newFile()
    cpSync(source, busy)
    look(busy, (handle) =>
      handle.exec("UPDATE lease SET expires_at = '2999-01-01' WHERE owner <> ''"),
    )
    const finished = await toFile(busy, newFile())
    expect(finished).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/at work on \d+ agents/),
    })
    expect((await toFile(source, newFile())).stderr).not.toContain('at work')
  })

  it('of an older schema is left unchanged, and the error names the remedy', async () => {
    const old = newFile()
    await (await openSqlite(old, MIGRATIONS.slice(0, -1))).close()
    const before = digestOf(old)
    const target = newFile()
    const finished = await toFile(old, target)
    expect(finished.code).toBe(1)
    expectOneLine(finished)
    expect(finished.stderr).toMatch(/schema \d+.*Start this version once/)
    expect(digestOf(old)).toBe(before)
    expect(existsSync(target)).toBe(false)
  })

  it('that is missing is reported, and no target is created', async () => {
    const target = newFile()
    const finished = await toFile(newFile(), target)
    expect(finished.code).toBe(1)
    expectOneLine(finished)
    expect(existsSync(target)).toBe(false)
  })
})

describe('a target', () => {
  it('that is not empty is left unchanged', async () => {
    const target = newFile()
    const storage = await openSqlite(target)
    await insertAgent(storage.in('default'), { name: 'Mine' })
    await storage.close()
    const before = digestOf(target)
    const finished = await toFile(source, target)
    expect(finished).toMatchObject({ code: 1, stderr: expect.stringContaining('is not empty') })
    expect(digestOf(target)).toBe(before)
  })

  it('of an older schema is refused without being migrated', async () => {
    const target = newFile()
    await (await openSqlite(target, MIGRATIONS.slice(0, -1))).close()
    const finished = await toFile(source, target)
    expect(finished).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('holds data already'),
    })
  })

  it('of another program is left alone', async () => {
    const target = newFile()
    const handle = new DatabaseHandle(target)
    handle.exec('CREATE TABLE theirs (id)')
    handle.close()
    const finished = await toFile(source, target)
    expect(finished.code).toBe(1)
    expectOneLine(finished)
    expect(finished.stderr).toContain('another program')
  })
})

describe('a wrong command', () => {
  const WRONG: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /--from is missing.*--from <url> --to <url>/],
    [['--from', 'file:/a.db'], /--to is missing/],
    [['--from', '', '--to', 'file:/b.db'], /--from is missing/],
    [['--from', '/a.db', '--to', 'file:/b.db'], /--from: found .* allowed/],
    [['--from', 'file:/a.db', '--to', 'mysql://me:hunter2@db'], /--to: found .* allowed/],
    [['--from', 'file:/a.db', '--to', 'file:///a.db'], /same database/],
    [['all', '--from', 'file:/a.db', '--to', 'file:/b.db'], /"all"/],
    [['--form', 'file:/a.db'], /--form/],
  ]
  it.each(WRONG)('%j is one line, and exit 2', async (args, text) => {
    const finished = await runCommand(['migrate', ...args], {})
    expect(finished).toMatchObject({ code: 2, stdout: '' })
    expectOneLine(finished)
    expect(finished.stderr).toMatch(text)
    expect(finished.stderr).not.toContain('hunter2')
  })
})
