import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { createPgConfig } from '@electric-sql/pglite/node-postgres'
import { vector } from '@electric-sql/pglite-pgvector'
import DatabaseHandle from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import type { AgentId } from '../../src/core/ids.ts'
import { normalForm } from '../../src/storage/migrations/0013-normal-form.ts'
import { MIGRATIONS, type Migration } from '../../src/storage/migrations/index.ts'
import type { Storage } from '../../src/storage/port/store.ts'
import { openPostgres } from '../../src/storage/postgres/open.ts'
import { openSqlite } from '../../src/storage/sqlite/open.ts'
import { at, insertAgent, insertArchive, insertPassages } from '../support/stores.ts'

/* Data of before there was one normal form, as two keyboards wrote it. */

// The store needs the columns of all other migrations, so here this one comes last.
const BEFORE = MIGRATIONS.filter((migration) => migration !== normalForm)
const AFTER = [...BEFORE, normalForm]
const [COMPOSED, DECOMPOSED] = ['caf\u00e9', 'cafe\u0301']
const HEBREW = 'הַמַּפְתֵּחַ בַּמַּחְסָן'

interface Place {
  open(migrations: readonly Migration[]): Promise<Storage>
  /** Sets text and digest of a passage as versions of before did, past the store. */
  rewrite(id: string, text: string, digest: string): Promise<unknown>
}

async function onSqlite(work: (place: Place) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'recollect-normal-'))
  const path = join(directory, 'recollect.db')
  await work({
    open: (migrations) => openSqlite(path, migrations),
    async rewrite(id, text, digest) {
      const file = new DatabaseHandle(path)
      file.prepare('UPDATE passage SET text = ?, digest = ? WHERE id = ?').run(text, digest, id)
      file.close()
    },
  })
  await rm(directory, { recursive: true })
}

async function onPostgres(work: (place: Place) => Promise<void>): Promise<void> {
  const server = await PGlite.create({ extensions: { vector } })
  // Each pool that takes it over gets a connection of its own.
  const reach = {
    host: 'this process',
    get connection() {
      return createPgConfig(server).connection
    },
  }
  await work({
    open: (migrations) =>
      openPostgres({ reach, listenAt: null, connections: 1, location: 'PGlite', migrations }),
    rewrite: (id, text, digest) =>
      server.query('UPDATE passage SET text = $1, digest = $2 WHERE id = $3', [text, digest, id]),
  })
  await server.close()
}

describe.each([
  ['SQLite', onSqlite],
  ['PostgreSQL', onPostgres],
] as const)('in a database of before in %s', (_, onDatabase) => {
  test('entries that look the same are merged, and nothing is lost', async () => {
    await onDatabase(async ({ open, rewrite }) => {
      const old = await open(BEFORE)
      const before = old.in('default')
      const tags = [DECOMPOSED, COMPOSED, 'x']
      const { id: agent } = await insertAgent(before, { name: DECOMPOSED, tags })
      const archive = await insertArchive(before, agent, { name: DECOMPOSED })
      const texts = [
        { text: `${DECOMPOSED} and tea`, tags: [DECOMPOSED, 'old'] },
        { text: `${COMPOSED} and tea`, tags: [COMPOSED, 'new'] },
        { text: 'one', source: DECOMPOSED },
        { text: 'two', source: COMPOSED },
        { text: 'It was here.' },
        { text: `It is in the ${DECOMPOSED}.` },
        { text: `It is in the ${COMPOSED}.` },
        { text: HEBREW },
        { text: `Only ${DECOMPOSED}` },
      ]
      const inserted = await insertPassages(
        before,
        archive,
        texts.map((passage, index) => ({ ...passage, text: `text ${index}` })),
      )
      const [tea, twin, source, otherSource, older, newer] = inserted
      if (older && newer)
        await before.transaction((tx) => tx.passages.supersede(agent, older.id, newer.id, at()))
      await old.close()
      for (const [index, { text, source: named = '' }] of texts.entries())
        await rewrite(inserted[index]?.id ?? '', text, oldDigest(named, text))

      for (let opened = 0; opened < 2; opened += 1) {
        const storage = await open(AFTER)
        const store = storage.in('default')
        expect(await store.agents.named(COMPOSED, 2)).toHaveLength(1)
        expect((await store.agents.get(agent))?.tags.toSorted()).toEqual([COMPOSED, 'x'])
        expect((await store.archives.get(archive))?.name).toBe(COMPOSED)

        const find = async (filter: object) =>
          (await store.passages.search(agent, { limit: 50, ...filter })).items.map(
            ({ item }) => item,
          )
        const all = await find({})
        expect(all.map(({ text }) => text).toSorted()).toEqual(
          [
            `${COMPOSED} and tea`,
            'one',
            'two',
            `It is in the ${COMPOSED}.`,
            HEBREW,
            `Only ${DECOMPOSED}`,
          ].toSorted(),
        )
        const [joined] = await find({ query: 'tea' })
        expect(joined).toMatchObject({ id: twin?.id, text: `${COMPOSED} and tea` })
        expect(joined?.tags.toSorted()).toEqual([COMPOSED, 'new', 'old'].toSorted())
        expect(await find({ tags: [COMPOSED] })).toHaveLength(1)
        expect(await find({ query: 'המפתח' })).toHaveLength(1)
        const around = source && (await store.passages.around(agent, source.id, 5))
        expect(around?.map(({ id }) => id)).toEqual([source?.id, otherSource?.id])
        expect(await counts(storage, agent)).toEqual({ passages: 7, superseded: 1, found: 0 })
        const superseded = await find({ query: 'was', includeSuperseded: true })
        expect(superseded.map(({ text }) => text)).toContain('It was here.')
        expect(tea && (await store.passages.find(tea.id))).toBeUndefined()

        const [again] = await insertPassages(store, archive, [{ text: `${COMPOSED} and tea` }])
        expect(again).toMatchObject({ id: twin?.id, duplicate: true })
        const [only] = await insertPassages(store, archive, [{ text: `Only ${COMPOSED}` }])
        expect(only).toMatchObject({ id: inserted.at(-1)?.id, duplicate: true })
        await storage.close()
      }
    })
  }, 300_000)
})

/** The digest of before, which was that of the text as written. */
function oldDigest(source: string, text: string): string {
  return createHash('sha256').update(`${source.length}:${source}${text}`).digest('hex')
}

const counts = (storage: Storage, agent: AgentId) => storage.in('default').archives.counts(agent)
