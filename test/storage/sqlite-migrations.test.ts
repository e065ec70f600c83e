import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { at, insertAgent } from '../support/stores.ts'
import { madeUp, VERSION_NOW } from './made-up-migrations.ts'
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

describe('migrations of SQLite', () => {
  async function oldDatabase(): Promise<string> {
    const storage = await open()
    const { name } = await insertAgent(storage.in('default'), { name: 'Old' })
    await storage.close()
    return name
  }
  const files = async () => (await readdir(join(directory, 'data'))).sort()

  test('a new database is migrated without a copy', async () => {
    const storage = await open(madeUp('one more'))
    expect((await storage.info()).schemaVersion).toBe(VERSION_NOW + 1)
    expect((await files()).filter((name) => name.endsWith('.bak'))).toEqual([])
  })

  test('before the first change to an existing database, a copy of it is made', async () => {
    const name = await oldDatabase()
    const storage = await open(madeUp('one more'))
    expect((await storage.info()).schemaVersion).toBe(VERSION_NOW + 1)
    expect(readValue(path, 'SELECT text FROM note')).toBe(name)

    const copy = `${path}.schema-${VERSION_NOW}.bak`
    expect((await stat(copy)).mode & 0o777).toBe(0o600)
    expect(readValue(copy, 'SELECT version FROM schema_version')).toBe(VERSION_NOW)
    expect(readValue(copy, 'PRAGMA integrity_check')).toBe('ok')
    const old = await open(undefined, copy)
    expect(await old.in('default').agents.named(name, 2)).toHaveLength(1)
  })

  test('a database of the newest version is opened without a copy', async () => {
    await oldDatabase()
    await open()
    expect((await files()).filter((name) => name.endsWith('.bak'))).toEqual([])
  })

  test('a copy never replaces an older one', async () => {
    await oldDatabase()
    const copy = `${path}.schema-${VERSION_NOW}.bak`
    await writeFile(copy, 'an older copy')
    await open(madeUp('one more'))
    expect(await readFile(copy, 'utf8')).toBe('an older copy')
    const second = `${path}.schema-${VERSION_NOW}.2.bak`
    expect(readValue(second, 'SELECT version FROM schema_version')).toBe(VERSION_NOW)
  })

  test('a migration that fails leaves the data as it was, to be opened as before', async () => {
    const name = await oldDatabase()
    await expect(open(madeUp('one that fails'))).rejects.toThrow('the migration broke down')
    expect(readValue(path, 'SELECT version FROM schema_version')).toBe(VERSION_NOW)
    expect(readValue(path, "SELECT count(*) FROM sqlite_master WHERE name = 'note'")).toBe(0)
    const storage = await open()
    expect(await storage.in('default').agents.named(name, 2)).toHaveLength(1)
  })

  test('a first migration that fails leaves an empty database, which can be opened later', async () => {
    await expect(open(madeUp('one that fails'))).rejects.toThrow('the migration broke down')
    expect(readValue(path, 'SELECT count(*) FROM sqlite_master')).toBe(0)
    expect((await (await open()).info()).schemaVersion).toBe(VERSION_NOW)
  })

  test('a database of a newer version is refused in words and left as it is', async () => {
    await (await open(madeUp('one more'))).close()
    const before = await readFile(path)
    await expect(open()).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(/newer Recollect.*Update Recollect/),
    })
    expect((await readFile(path)).equals(before)).toBe(true)
    expect(await files()).toEqual(['recollect.db'])
  })

  test('a process that opened the file before a migration still reads, and no longer writes', async () => {
    const old = await open()
    const agent = await insertAgent(old.in('default'))
    await open(madeUp('one more'))
    const claim = { owner: 'me', now: at(), expiresAt: at(1), orphanedBefore: at() }
    await expect(insertAgent(old.in('default'))).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(/nothing was written.*Restart/),
    })
    await expect(old.claims.abandon('me', at())).rejects.toMatchObject({ code: 'unsupported' })
    expect(await old.claims.next(claim)).toBeUndefined()
    expect((await old.in('default').agents.list({ limit: 9 })).items).toEqual([agent])
  })
})
