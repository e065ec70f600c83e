import { randomBytes } from 'node:crypto'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPostgres } from '../../src/storage/postgres/open.ts'
import { look } from '../storage/workplace.ts'
import { seededRandom } from '../support/stores.ts'
import {
  contentsOfFile,
  contentsOfStorage,
  digestOf,
  fileUrl,
  fillFile,
  migrate,
  startMigrating,
} from './migrations.ts'
import { expectOneLine, newHome, removeHomes, runCommand } from './support.ts'

/* recollect migrate between a SQLite file and a real PostgreSQL. */

const server = process.env.RECOLLECT_TEST_POSTGRES

describe.skipIf(server === undefined)('a copy in PostgreSQL', () => {
  const databases: string[] = []
  let source: string
  beforeAll(async () => {
    source = join(newHome(), 'source.db')
    await fillFile(source, { passages: 300, messages: 300 })
  }, 60_000)
  afterAll(async () => {
    for (const name of databases) await ask(`DROP DATABASE ${name} WITH (FORCE)`)
    removeHomes()
  })

  async function ask(query: string, url = server): Promise<readonly unknown[]> {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    try {
      return (await client.query(query)).rows
    } finally {
      await client.end()
    }
  }

  async function newDatabase(): Promise<string> {
    const name = `copy_${randomBytes(6).toString('hex')}`
    await ask(`CREATE DATABASE ${name}`)
    databases.push(name)
    const url = new URL(server ?? '')
    url.pathname = name
    return url.href
  }

  const back = async (url: string) => {
    const file = join(newHome(), 'back.db')
    expect(await migrate(url, fileUrl(file))).toMatchObject({ code: 0 })
    return contentsOfFile(file)
  }

  it('has everything, finds the same, continues its numbers, and comes back unchanged', async () => {
    const url = await newDatabase()
    const before = digestOf(source)
    expect(await migrate(fileUrl(source), url)).toMatchObject({ code: 0, stdout: '' })
    expect(digestOf(source)).toBe(before)
    const all = await contentsOfFile(source)
    const storage = await openPostgres({
      reach: { connectionString: url },
      connections: 4,
      location: 'here',
    })
    const there = await contentsOfStorage(storage)
    await storage.close()
    for (const [number, { answers, embeddings, ...rest }] of all.entries()) {
      expect(there[number]).toMatchObject(rest)
      // Each database ranks what it finds in its own way.
      const asked = (found: typeof answers | undefined) => found?.map(([question]) => question)
      expect(asked(there[number]?.answers)).toEqual(asked(answers))
      expect(there[number]?.embeddings.length).toBe(embeddings.length)
    }
    expect(await back(url)).toEqual(all)
    const last = look(source, (handle) =>
      handle.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'agent_block'").pluck().get(),
    )
    expect(
      await ask("SELECT nextval(pg_get_serial_sequence('agent_block', 'row'))::int AS next", url),
    ).toEqual([{ next: Number(last) + 1 }])
  }, 120_000)

  it('killed again and again, is complete in the end, and so is the way back', async () => {
    const random = seededRandom(3)
    const url = await newDatabase()
    const file = join(newHome(), 'back.db')
    for (const [from, to] of [
      [fileUrl(source), url],
      [url, fileUrl(file)],
    ] as const) {
      let wentOn = 0
      for (let kills = 0; ; kills += 1) {
        const { process, copying, ended } = startMigrating(from, to)
        if (kills < 5) {
          await copying
          await setTimeout(random() * 400)
          process.kill('SIGKILL')
        }
        const { code, stderr } = await ended
        if (stderr.includes('Going on')) wentOn += 1
        if (code === 0) break
        expect(stderr).not.toContain('recollect:')
      }
      expect(wentOn).toBeGreaterThan(0)
    }
    expect(await contentsOfFile(file)).toEqual(await contentsOfFile(source))
  }, 180_000)

  it('stopped half-way, is opened by no server, and starts over when its source has changed', async () => {
    const changed = join(newHome(), 'changed.db')
    cpSync(source, changed)
    const url = await newDatabase()
    const { process, copying, ended } = startMigrating(fileUrl(changed), url)
    await copying
    process.kill('SIGINT')
    expect((await ended).stderr).toMatch(/Stopped.*the same command again/)
    const asSource = await migrate(url, fileUrl(join(newHome(), 'back.db')))
    expect(asSource).toMatchObject({ code: 1, stderr: expect.stringContaining('not finished') })
    const opened = openPostgres({
      reach: { connectionString: url },
      connections: 1,
      location: 'here',
    })
    await expect(opened).rejects.toThrow('not finished')
    look(changed, (handle) => handle.exec("UPDATE agent SET description = 'changed' WHERE row = 1"))
    const finished = await migrate(fileUrl(changed), url)
    expect(finished).toMatchObject({ code: 0, stderr: expect.stringContaining('starts again') })
    expect(await back(url)).toEqual(await contentsOfFile(changed))
  }, 120_000)

  it('is refused where the target is not empty', async () => {
    const url = await newDatabase()
    await ask('CREATE TABLE theirs (id int)', url)
    const ofOthers = await migrate(fileUrl(source), url)
    expect(ofOthers.code).toBe(1)
    expectOneLine(ofOthers)
    expect(ofOthers.stderr).toContain('another program')
    expect((await migrate(url, fileUrl(join(newHome(), 'back.db')))).stderr).toMatch(/no data at/)
  })

  it.each([
    ['a server that is not there', 'postgres://me:hunter2@127.0.0.1:1/recollect'],
    ['an address without a host', 'postgres://me:hunter2@'],
  ])('to %s is refused in one line without its password', async (_, url) => {
    const finished = await runCommand(['migrate', '--from', fileUrl(source), '--to', url], {})
    expect(finished.code).toBeGreaterThan(0)
    expectOneLine(finished)
    expect(finished.stderr).not.toContain('hunter2')
  })
})
