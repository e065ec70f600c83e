import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { insertAgent } from '../support/stores.ts'
import { VERSION_NOW } from './made-up-migrations.ts'
import type { Order } from './other-process.ts'
import { bundleProcess, type OtherProcess, startProcess } from './processes.ts'
import { createWorkplace, readValue, type Workplace } from './workplace.ts'

let work: Workplace
let directory: string
let path: string
const open: Workplace['open'] = (...where) => work.open(...where)

beforeEach(async () => {
  work = await createWorkplace()
  directory = work.directory
  path = work.path
})
afterEach(() => work.clear())

describe('processes that share a file of SQLite', () => {
  let bundles: string
  let bundle: string
  const processes: OtherProcess[] = []

  beforeAll(async () => {
    bundles = await mkdtemp(join(tmpdir(), 'recollect-bundle-'))
    bundle = await bundleProcess(bundles)
  })
  afterAll(() => rm(bundles, { recursive: true }))
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((other) => other.stop()))
  })

  async function start(count: number): Promise<readonly OtherProcess[]> {
    const started = await Promise.all(Array.from({ length: count }, () => startProcess(bundle)))
    processes.push(...started)
    return started
  }
  const inAll = (others: readonly OtherProcess[], order: Order) =>
    Promise.all(others.map((other) => other.order(order)))
  const done = (schemaVersion: number) => ({ kind: 'done', schemaVersion })

  test('processes that create one database at once agree on it', async () => {
    const others = await start(3)
    for (const round of [1, 2, 3]) {
      const file = join(directory, `${round}`, 'recollect.db')
      const answers = await inAll(others, { kind: 'open', path: file, migrations: 'as they are' })
      expect(answers).toEqual(others.map(() => done(VERSION_NOW)))
      expect(readValue(file, 'SELECT count(*) FROM schema_version')).toBe(1)
    }
    expect(await inAll(others, { kind: 'insert agents', count: 20 })).toEqual(
      others.map(() => done(VERSION_NOW)),
    )
    expect(readValue(join(directory, '3', 'recollect.db'), 'SELECT count(*) FROM agent')).toBe(60)
  })

  test('one of several migrating processes migrates, and every backup holds the old version', async () => {
    const others = await start(3)
    for (const round of [1, 2, 3]) {
      const folder = join(directory, `${round}`)
      const file = join(folder, 'recollect.db')
      const old = await open(undefined, file)
      await insertAgent(old.in('default'))
      await old.close()
      const answers = await inAll(others, { kind: 'open', path: file, migrations: 'one more' })
      expect(answers).toEqual(others.map(() => done(VERSION_NOW + 1)))
      expect(readValue(file, 'SELECT count(*) FROM note')).toBe(1)
      const copies = (await readdir(folder)).filter((name) => name.endsWith('.bak'))
      expect(copies).toEqual([`recollect.db.schema-${VERSION_NOW}.bak`])
      for (const copy of copies) {
        expect(readValue(join(folder, copy), 'SELECT version FROM schema_version')).toBe(
          VERSION_NOW,
        )
      }
    }
  })

  test('a process whose database another migrated refuses to write', async () => {
    const [old, fresh] = await start(2)
    await old?.order({ kind: 'open', path, migrations: 'as they are' })
    await fresh?.order({ kind: 'open', path, migrations: 'one more' })
    expect(await old?.order({ kind: 'insert agents', count: 1 })).toMatchObject({
      kind: 'refused',
      code: 'unsupported',
    })
    expect(await fresh?.order({ kind: 'insert agents', count: 1 })).toEqual(done(VERSION_NOW + 1))
  })

  test('while another process holds the lock, this one stays responsive, and writes afterwards', async () => {
    const storage = await open()
    const store = storage.in('default')
    const [other] = await start(1)
    await other?.order({ kind: 'lock', path })

    let isWritten = false
    const writing = insertAgent(store).then(() => {
      isWritten = true
    })
    // The turns of the event loop go on, and so do reads.
    for (let turn = 0; turn < 20; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      await new Promise((resolve) => setImmediate(resolve))
      expect((await store.agents.list({ limit: 1 })).items).toEqual([])
    }
    expect(isWritten).toBe(false)
    await other?.order({ kind: 'unlock' })
    await writing
    expect((await store.agents.list({ limit: 9 })).items).toHaveLength(1)
  })

  test('a process is notified of commits of another', async () => {
    const storage = await open()
    const [other] = await start(1)
    await other?.order({ kind: 'open', path, migrations: 'as they are' })
    storage.changes.mayHaveChanged()
    expect(storage.changes.mayHaveChanged()).toBe(false)
    await other?.order({ kind: 'insert agents', count: 2 })
    expect(storage.changes.mayHaveChanged()).toBe(true)
    expect(await storage.changes.after(0, 9)).toHaveLength(2)
  })

  test('commits survive a process that is killed during its work', async () => {
    const storage = await open()
    const [other] = await start(1)
    await other?.order({ kind: 'open', path, migrations: 'as they are' })
    await other?.order({ kind: 'insert agents', count: 5 })
    void other?.order({ kind: 'insert agents', count: 100_000 }).catch(() => undefined)
    await expect.poll(() => storage.changes.head()).toBeGreaterThan(8)
    await Promise.all(processes.splice(0).map((process) => process.stop()))
    await insertAgent(storage.in('default'))
    expect(readValue(path, 'PRAGMA integrity_check')).toBe('ok')
    const agents = readValue(path, 'SELECT count(*) FROM agent')
    expect(agents).toBe(await storage.changes.head())
  })
})
