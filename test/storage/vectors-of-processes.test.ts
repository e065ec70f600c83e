import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AgentId } from '../../src/core/ids.ts'
import type { Store } from '../../src/storage/store.ts'
import { insertAgent, insertArchive, insertPassages } from '../support/stores.ts'
import { madeUpVector, openVectorWriter, type VectorWriter } from '../support/vectors.ts'
import { bundleProcess, type OtherProcess, startProcess } from './processes.ts'
import { createWorkplace, type Workplace } from './workplace.ts'

const HANDLE = 'test/model'
/** Enough for a mirror. */
const PASSAGES = 1_500
const AT_A_TIME = 300
const ROUNDS = 5

let bundles: string
let work: Workplace
let other: OtherProcess
let writer: VectorWriter
let store: Store
let agent: AgentId
let setRow: number
const rowOf = new Map<string, number>()

beforeAll(async () => {
  bundles = await mkdtemp(join(tmpdir(), 'recollect-bundle-'))
  work = await createWorkplace()
  store = (await work.open()).in('default')
  other = await startProcess(await bundleProcess(bundles))
  writer = openVectorWriter(work.path)
  agent = (await insertAgent(store)).id
  const archive = await insertArchive(store, agent)
  setRow = await writer.addSet({ kind: 'archive', owner: archive, handle: HANDLE, dimension: 16 })
  const texts = Array.from({ length: PASSAGES }, (_, index) => ({ text: `Passage ${index}` }))
  const ids = (await insertPassages(store, archive, texts)).map(({ id }) => id)
  writer.rowsOf('passage', ids).forEach((row, index) => {
    rowOf.set(ids[index] ?? '', row)
  })
  await writer.put(
    setRow,
    [...rowOf.values()].map((row) => [row, madeUpVector(row, 0)]),
  )
})
afterAll(async () => {
  await other.stop()
  await writer.close()
  await work.clear()
  await rm(bundles, { recursive: true })
})

/** By meaning alone, as there is no word in the question; the nearest first. */
async function nearest(vector: Float32Array): Promise<readonly number[]> {
  const { items, warnings } = await store.passages.search(agent, {
    query: '?',
    limit: 10,
    questions: [{ handle: HANDLE, vector, weight: 1 }],
  })
  // While a mirror is filled for the first time, words alone may answer.
  if (warnings) return nearest(vector)
  return items.map(({ item }) => rowOf.get(item.id) ?? 0)
}

test('what another process removes is never found again, and what it stores is found at once', async () => {
  const rows = [...rowOf.values()]
  const [someRow = 0] = rows
  expect(await nearest(madeUpVector(someRow, 0))).toHaveLength(10)
  for (let round = 1; round <= ROUNDS; round += 1) {
    const changed = rows.slice((round - 1) * AT_A_TIME, round * AT_A_TIME)
    const at = { path: work.path, setRow, rows: changed }
    const probes = changed.filter((_, index) => index % 30 === 0)

    let isBusy = true
    // Searches go on all the time, so that a mirror takes over every half of what happens.
    const searching = (async () => {
      let searches = 0
      for (; isBusy; searches += 1) await nearest(madeUpVector(rows[searches % PASSAGES] ?? 0, 0))
      return searches
    })()
    await other.order({ kind: 'remove vectors', at })
    for (const row of probes) expect(await nearest(madeUpVector(row, 0))).not.toContain(row)
    await other.order({ kind: 'put vectors', version: round, at })
    for (const row of probes) expect((await nearest(madeUpVector(row, round)))[0]).toBe(row)
    await other.order({ kind: 'put vectors', version: round + 100, at })
    for (const row of probes) {
      expect((await nearest(madeUpVector(row, round + 100)))[0]).toBe(row)
      expect((await nearest(madeUpVector(row, 0)))[0]).not.toBe(row)
    }
    isBusy = false
    expect(await searching).toBeGreaterThan(0)
  }
}, 120_000)
