import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { createPgConfig } from '@electric-sql/pglite/node-postgres'
import { vector } from '@electric-sql/pglite-pgvector'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { copyDatabase } from '../../src/storage/copy/copy-database.ts'
import { COPIED_TABLES } from '../../src/storage/copy/tables.ts'
import {
  openPostgresAsTarget,
  openPostgresToCopy,
} from '../../src/storage/postgres/open-to-copy.ts'
import { openSqliteAsTarget, openSqliteToCopy } from '../../src/storage/sqlite/open-to-copy.ts'
import { contentsOfFile, fillFile } from '../e2e/migrations.ts'
import { at } from '../support/stores.ts'

/* Copies between SQLite and a PostgreSQL in this process. */

let directory: string
let server: PGlite
let source: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'recollect-copy-'))
  source = join(directory, 'source.db')
  await fillFile(source)
  server = await PGlite.create({ extensions: { vector } })
}, 60_000)
afterAll(async () => {
  await server.close()
  await rm(directory, { recursive: true })
})

const silent = { progress() {}, prepared() {}, atWork() {} }
const never = new AbortController().signal

it('a copy to PostgreSQL and back is identical', async () => {
  const reach = createPgConfig(server)
  const from = await openSqliteToCopy(source)
  const to = await openPostgresAsTarget(reach, 'there')
  const there = await copyDatabase(from, to, at(), silent, never)
  await to.close()
  const again = await openPostgresToCopy(reach, 'there')
  const file = join(directory, 'back.db')
  const target = await openSqliteAsTarget(file)
  const back = await copyDatabase(again, target, at(), silent, never)
  await target.close()
  await again.close()
  expect(back).toEqual(there)
  const empty = Object.entries(there.tables).flatMap(([name, { rows }]) => (rows > 0 ? [] : name))
  // The agents of this data have no stored tools and companions, wait for nobody, are in no group, and asked no model.
  const ofTools = ['tool', 'tool_tag', 'tool_version', 'agent_tool']
  const ofTeams = ['agent_group', 'agent_group_member', 'route', 'schedule']
  const ofSleep = ['companion', 'sleeptime', 'token_use']
  expect(empty.toSorted()).toEqual([...ofTools, 'run_wait', ...ofTeams, ...ofSleep].toSorted())
  expect(Object.keys(there.tables)).toEqual(COPIED_TABLES.map(({ name }) => name))
  expect(await contentsOfFile(file)).toEqual(await contentsOfFile(source))
}, 120_000)
