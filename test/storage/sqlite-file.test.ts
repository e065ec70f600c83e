import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import { passageScope, scopedWord } from '../../src/storage/search/search-scope.ts'
import { openSqliteToRead } from '../../src/storage/sqlite/open.ts'
import {
  at,
  byClient,
  insertAgent,
  insertArchive,
  insertBlock,
  insertPassages,
  someAgent,
  somePassage,
} from '../support/stores.ts'
import { VERSION_NOW } from './made-up-migrations.ts'
import { createWorkplace, look, readValue, type Workplace } from './workplace.ts'

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

describe('the file of SQLite', () => {
  test('the file and its companions are accessible to this user only', async () => {
    const storage = await open()
    await insertAgent(storage.in('default'))
    const rights = async (file: string) => (await stat(file)).mode & 0o777
    expect(await rights(join(directory, 'data'))).toBe(0o700)
    for (const file of await readdir(join(directory, 'data'))) {
      expect([file, await rights(join(directory, 'data', file))]).toEqual([file, 0o600])
    }
    await storage.backup(join(directory, 'copy.db'))
    expect(await rights(join(directory, 'copy.db'))).toBe(0o600)
  })

  test('a file opened read-only stays unchanged and can be copied', async () => {
    const storage = await open()
    const agent = await insertAgent(storage.in('default'), { name: 'Ärzte' })
    const reading = await openSqliteToRead(path)
    expect(await reading.info()).toMatchObject({ kind: 'sqlite', schemaVersion: VERSION_NOW })
    const { items } = await reading.in('default').agents.list({ query: 'ÄRZ', limit: 5 })
    expect(items).toEqual([agent])
    expect(reading.changes.mayHaveChanged()).toBe(true)
    expect(reading.changes.mayHaveChanged()).toBe(false)
    const other = await insertAgent(storage.in('default'))
    expect(reading.changes.mayHaveChanged()).toBe(true)
    expect(await reading.in('default').agents.get(other.id)).toEqual(other)
    const write = reading.in('default').transaction((tx) => tx.agents.delete(agent.id, at()))
    await expect(write).rejects.toMatchObject({ code: 'read_only' })
    await reading.backup(join(directory, 'copy.db'))
    expect(readValue(join(directory, 'copy.db'), 'SELECT count(*) FROM agent')).toBe(2)
    await reading.close()
  })

  test('a word is stored again after its passage was deleted here or elsewhere, or not committed', async () => {
    const [one, other] = [await open(), await open()]
    const store = one.in('default')
    const agent = await insertAgent(store)
    const archiveId = await insertArchive(store, agent.id)
    const known = () => readValue(path, "SELECT count(*) FROM word WHERE word = 'saffron'")
    const remember = async (text: string) =>
      (await insertPassages(store, archiveId, [{ text }]))[0]?.id ?? newId('passage')
    const forget = (storage: typeof one, id: Awaited<ReturnType<typeof remember>>) =>
      storage.in('default').transaction((tx) => tx.passages.delete(agent.id, id, at()))

    const failing = store.transaction(async (tx) => {
      const passage = somePassage(archiveId, { text: 'Saffron one.' })
      await tx.passages.insert([passage], at())
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    const first = await remember('Saffron two.')
    expect(known()).toBe(1)
    await forget(other, first)
    expect(known()).toBe(0)
    const second = await remember('Saffron three.')
    expect(known()).toBe(1)
    await forget(one, second)
    expect(known()).toBe(0)
    await remember('Saffron four.')
    expect(known()).toBe(1)
  })

  test('stored data is there when the file is opened again', async () => {
    const first = await open()
    const agent = await insertAgent(first.in('default'))
    await first.close()
    const second = await open()
    expect(await second.in('default').agents.get(agent.id)).toEqual(agent)
    expect(await second.info()).toEqual({
      kind: 'sqlite',
      location: path,
      bytes: (await stat(path)).size,
      schemaVersion: VERSION_NOW,
    })
  })

  test('a closed database leaves nothing beside its file, whether it was used or not', async () => {
    await (await open()).close()
    expect(await readdir(join(directory, 'data'))).toEqual(['recollect.db'])
    const storage = await open()
    await insertAgent(storage.in('default'))
    await storage.in('default').agents.list({ limit: 1 })
    await storage.close()
    expect(await readdir(join(directory, 'data'))).toEqual(['recollect.db'])
  })

  test('a row can not point to one that is not there', async () => {
    const storage = await open()
    const block = await insertBlock(storage.in('default'), [])
    const attach = storage
      .in('default')
      .transaction((tx) => tx.blocks.attach(newId('agent'), block, at()))
    await expect(attach).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_FOREIGNKEY' })
  })

  test('all versions of a block are kept unchanged', async () => {
    const storage = await open()
    const store = storage.in('default')
    const block = await insertBlock(store, [], { value: 'one' })
    await store.transaction((tx) => tx.blocks.update(block, { value: 'two' }, byClient))
    const rows = look(path, (handle) =>
      handle.prepare('SELECT version, value FROM block_version ORDER BY version').all(),
    )
    expect(rows).toEqual([
      { version: 1, value: 'one' },
      { version: 2, value: 'two' },
    ])
  })

  test('deleting an agent or passage leaves no words in the index', async () => {
    const storage = await open()
    const store = storage.in('default')
    const { id } = await insertAgent(store)
    const archiveId = await insertArchive(store, id)
    await insertPassages(store, archiveId, [{ text: 'kettle' }, { text: 'kettles' }])
    const word = scopedWord(passageScope('default', archiveId, false), 'kettl')
    const found = () =>
      readValue(path, `SELECT count(*) FROM passage_words WHERE passage_words MATCH '"${word}"'`)
    expect(found()).toBe(2)
    expect(readValue(path, 'SELECT word FROM word')).toBe('kettl')
    await store.transaction((tx) => tx.agents.delete(id, at()))
    expect(found()).toBe(0)
    expect(readValue(path, 'SELECT count(*) FROM word')).toBe(0)
  })

  test.each([
    ['a text', 'This is a letter to my aunt, and quite a long one. '.repeat(40)],
    ['a few bytes', 'hello'],
  ])('%s is refused and left as it is', async (_, content) => {
    const file = join(directory, 'letter.txt')
    await writeFile(file, content)
    await expect(open(undefined, file)).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('is not a SQLite database'),
    })
    expect(await readFile(file, 'utf8')).toBe(content)
    expect(await readdir(directory)).toEqual(['letter.txt'])
  })

  test('a database of another program is refused and left as it is', async () => {
    const file = join(directory, 'places.sqlite')
    look(file, (handle) => handle.exec('CREATE TABLE place (name TEXT)'))
    const before = await readFile(file)
    await expect(open(undefined, file)).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('another program'),
    })
    expect((await readFile(file)).equals(before)).toBe(true)
    expect(await readdir(directory)).toEqual(['places.sqlite'])
  })

  test('an empty file becomes a database', async () => {
    const file = join(directory, 'empty.db')
    await writeFile(file, '')
    const storage = await open(undefined, file)
    expect((await storage.info()).schemaVersion).toBe(VERSION_NOW)
  })

  test.each([
    ['below a file', 'file/recollect.db'],
    ['that is a directory', 'directory'],
  ])('a path %s is refused in words', async (_, name) => {
    await writeFile(join(directory, 'file'), '')
    await mkdir(join(directory, 'directory'))
    await expect(open(undefined, join(directory, name))).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(/can't be opened for writing.*RECOLLECT_HOME/),
    })
  })
})

describe('a backup of SQLite', () => {
  test('a backup can be opened and holds what was committed', async () => {
    const storage = await open()
    const agent = await insertAgent(storage.in('default'))
    const target = join(directory, 'copy.db')
    await storage.backup(target)
    const later = await insertAgent(storage.in('default'))
    const copy = (await open(undefined, target)).in('default')
    expect(await copy.agents.get(agent.id)).toEqual(agent)
    expect(await copy.agents.get(later.id)).toBeUndefined()
  })

  test('a backup during writes finishes, and is consistent', async () => {
    const storage = await open()
    const store = storage.in('default')
    const { id } = await insertAgent(store)
    const archiveId = await insertArchive(store, id)
    const filling = 'nothing but filling '.repeat(1_000)
    await insertPassages(
      store,
      archiveId,
      Array.from({ length: 150 }, (_, index) => ({ text: `${index}`, source: filling })),
    )
    const other = await open()
    let isDone = false
    const writing = (async () => {
      // Two rows at a time, so that half a transaction would show.
      while (!isDone) {
        await other.in('default').transaction(async (tx) => {
          await tx.agents.insert(someAgent({ name: 'pair' }))
          await tx.agents.insert(someAgent({ name: 'pair' }))
        })
        await new Promise((resolve) => setImmediate(resolve))
      }
    })()
    const target = join(directory, 'copy.db')
    await storage.backup(target).finally(() => {
      isDone = true
    })
    await writing
    expect(readValue(target, 'PRAGMA integrity_check')).toBe('ok')
    expect(Number(readValue(target, `SELECT count(*) FROM agent WHERE name = 'pair'`)) % 2).toBe(0)
    expect(readValue(target, 'SELECT count(*) FROM passage')).toBe(150)
  })

  test('a target that exists is refused and left as it is', async () => {
    const storage = await open()
    const target = join(directory, 'copy.db')
    await writeFile(target, 'mine')
    await expect(storage.backup(target)).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('exists already'),
    })
    expect(await readFile(target, 'utf8')).toBe('mine')
    await expect(storage.backup(path)).rejects.toMatchObject({ code: 'invalid_argument' })
    await insertAgent(storage.in('default'))
  })

  test('a target in a directory that does not exist is refused in words', async () => {
    const storage = await open()
    await expect(storage.backup(join(directory, 'nowhere', 'copy.db'))).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining("can't be written"),
    })
  })
})
