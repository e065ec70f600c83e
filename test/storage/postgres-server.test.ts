import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { pollChanges } from '../../src/storage/changes/poll-changes.ts'
import type { Storage } from '../../src/storage/port/store.ts'
import { TEST_SERVER } from '../support/own-database.ts'
import {
  dropTestSchema,
  makeTestSchema,
  type OpenHere,
  openInSchema,
} from '../support/postgres-stores.ts'
import { at, byClient, insertAgent, insertBlock, insertRun, someAgent } from '../support/stores.ts'

/* Needs a real server: several sessions, lost connections, permissions. */

describe.skipIf(TEST_SERVER === undefined)('a PostgreSQL server', () => {
  const opened: Storage[] = []
  let schema: string
  let admin: pg.Client
  const open: OpenHere = async (options) => {
    const storage = await openInSchema(schema, options)
    opened.push(storage)
    return storage
  }

  beforeEach(async () => {
    schema = await makeTestSchema()
    admin = new pg.Client({ connectionString: TEST_SERVER })
    await admin.connect()
    await admin.query(`SET search_path = ${schema}, public`)
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((storage) => storage.close()))
    await admin.end()
    await dropTestSchema(schema)
  })
  const terminateAll = () =>
    admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = $1`,
      [schema],
    )

  test('one of ten servers that start at once migrates, and all can work', async () => {
    const storages = await Promise.all(Array.from({ length: 10 }, () => open({ connections: 2 })))
    const agents = await Promise.all(storages.map((storage) => insertAgent(storage.in('default'))))
    const { items } = await (await open()).in('default').agents.list({ limit: 20 })
    expect(new Set(items.map(({ id }) => id))).toEqual(new Set(agents.map(({ id }) => id)))
    const { rows } = await admin.query('SELECT count(*)::int AS count FROM schema_version')
    expect(rows).toEqual([{ count: 1 }])
  }, 120_000)

  test('writes during repeated connection losses are all stored exactly once', async () => {
    const storage = await open()
    const store = storage.in('default')
    const block = await insertBlock(store, [], { value: '0' })
    let isOver = false
    let cuts = 0
    const cutting = (async () => {
      while (!isOver) {
        const { rowCount } = await terminateAll()
        cuts += rowCount ?? 0
        await new Promise((resolve) => setTimeout(resolve, 250))
      }
    })()
    const add = () =>
      store.transaction(async (tx) => {
        const current = await tx.blocks.get(block.id)
        if (!current) throw new Error('no block')
        await tx.blocks.update(current, { value: `${Number(current.value) + 1}` }, byClient)
      })
    await Promise.all(
      Array.from({ length: 5 }, async () => {
        for (let number = 0; number < 10; number += 1) await add()
      }),
    )
    isOver = true
    await cutting
    expect(cuts).toBeGreaterThan(0)
    expect(await store.blocks.get(block.id)).toMatchObject({ value: '50', version: 51 })
  }, 120_000)

  test('changes of another server arrive, those after a cut connection too', async () => {
    const [one, other] = [await open(), await open()]
    const told: string[] = []
    const poller = await pollChanges(
      one.changes,
      ({ subjectId }) => told.push(subjectId),
      () => undefined,
    )
    const first = await insertAgent(other.in('default'))
    await expect.poll(() => told, { timeout: 10_000 }).toEqual([first.id])
    await terminateAll()
    const second = await insertAgent(other.in('default'))
    await expect.poll(() => told, { timeout: 20_000 }).toEqual([first.id, second.id])
    poller.stop()
  }, 60_000)

  test('a change whose transaction ends after later ones is missed by no reader', async () => {
    const storage = await open()
    const told: string[] = []
    const poller = await pollChanges(
      storage.changes,
      ({ subjectId }) => told.push(subjectId),
      () => undefined,
    )
    const slow = await insertSlowly(storage)
    const quick = await insertAgent(storage.in('default'))
    // The newest of all transactions are under way, too: their numbers are higher than that of any that has ended.
    const newest = [await insertSlowly(storage), await insertSlowly(storage)]
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(told).toEqual([])
    await slow.commit()
    await expect.poll(() => told, { timeout: 10_000 }).toEqual([slow.id, quick.id])
    for (const { commit } of newest.toReversed()) await commit()
    const all = [slow.id, quick.id, ...newest.map(({ id }) => id)]
    await expect.poll(() => told, { timeout: 10_000 }).toEqual(all)
    poller.stop()
  }, 60_000)

  test('a long transaction of another program delays no change', async () => {
    const storage = await open()
    await admin.query('CREATE TEMPORARY TABLE elsewhere (id integer)')
    await admin.query('BEGIN')
    await admin.query('INSERT INTO elsewhere VALUES (1)')
    const agent = await insertAgent(storage.in('default'))
    const changes = await storage.changes.after(0, 10)
    expect(changes.map(({ subjectId }) => subjectId)).toEqual([agent.id])
    expect(await storage.changes.head()).toBe(changes[0]?.seq)
    await admin.query('COMMIT')
  })

  test('twenty that claim at once from two servers get each run once', async () => {
    const servers = [await open(), await open()]
    const [storage] = servers as [Storage, Storage]
    const store = storage.in('default')
    for (let number = 0; number < 30; number += 1) {
      const agent = await insertAgent(store)
      await insertRun(store, agent.id)
    }
    const claimed: string[] = []
    await Promise.all(
      Array.from({ length: 20 }, async (_, number) => {
        const claims = servers[number % 2]?.claims ?? storage.claims
        for (;;) {
          const found = await claims.next({
            owner: 'me',
            now: at(0),
            expiresAt: at(30),
            orphanedBefore: at(-30),
          })
          if (!found) return
          claimed.push(found.run.id)
        }
      }),
    )
    expect(claimed).toHaveLength(30)
    expect(new Set(claimed).size).toBe(30)
  }, 120_000)

  test('tables of another program are left as they are', async () => {
    await admin.query('CREATE TABLE invoice (id integer)')
    await expect(open()).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(/another program \(invoice\).*CREATE DATABASE recollect/),
    })
  })

  test('a read-only open of an empty database says so, and creates nothing', async () => {
    await expect(open({ reads: true })).rejects.toMatchObject({ code: 'not_found' })
    const { rows } = await admin.query('SELECT tablename FROM pg_tables WHERE schemaname = $1', [
      schema,
    ])
    expect(rows).toEqual([])
  })

  test('a database opened read-only shows its data, and stays unchanged', async () => {
    const agent = await insertAgent((await open()).in('default'))
    const reading = await open({ reads: true })
    expect(await reading.in('default').agents.get(agent.id)).toEqual(agent)
    await expect(
      reading.in('default').transaction((tx) => tx.agents.insert(someAgent())),
    ).rejects.toMatchObject({ code: 'read_only' })
  })

  test('a backup is refused with the name of the tool that makes it', async () => {
    await expect((await open()).backup('/tmp/copy')).rejects.toThrow(/pg_dump/)
  })

  test('text is ordered by its bytes, as in SQLite, whatever the collation of the server', async () => {
    const storage = await open()
    const store = storage.in('default')
    const agent = await insertAgent(store, { tags: [] })
    for (const label of ['b', 'A', 'a', 'B']) await insertBlock(store, [agent], { label })
    const { rows } = await admin.query('SELECT label FROM block ORDER BY label')
    expect(rows.map(({ label }) => label)).toEqual(['A', 'B', 'a', 'b'])
  })
})

/** An agent in a transaction that ends when it is told to. */
async function insertSlowly(storage: Storage) {
  const agent = someAgent()
  let end: () => void = () => undefined
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  let written: Promise<void> | undefined
  await new Promise<void>((resolve) => {
    written = storage.in('default').transaction(async (tx) => {
      await tx.agents.insert(agent)
      resolve()
      await ended
    })
  })
  return {
    id: agent.id,
    commit() {
      end()
      return written
    },
  }
}
