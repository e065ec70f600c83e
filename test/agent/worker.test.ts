import { afterEach, beforeEach, test, vi } from 'vitest'
import { createWorker, type Worker } from '../../src/agent/loop/worker.ts'
import { databaseRegistry } from '../../src/agent/tools/database-tools.ts'
import { isSettled } from '../../src/core/run.ts'
import { countTokens } from '../../src/llm/count-tokens.ts'
import { createModelRegistry } from '../../src/llm/registry/registry.ts'
import { REHEARSAL_HANDLE } from '../../src/llm/rehearsal/rehearsal.ts'
import { until } from '../reliability/harness.ts'
import type { TestStorage } from '../support/own-database.ts'
import { insertAgent, insertRun, openTestStorage } from '../support/stores.ts'

/* A worker alone with a database: nobody tells it of changes, as the rest of the server does. */

const OWNER = 'me'
const RUNS = 5

let opened: TestStorage
let worker: Worker
beforeEach(async () => {
  // It does not look by itself now and then, so nothing but the end of one run makes it take the next.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  opened = await openTestStorage()
  const { storage } = opened
  worker = createWorker({
    storage,
    registryOf: () => databaseRegistry,
    embedQuestion: async () => ({ questions: [], problems: [] }),
    owner: OWNER,
    clock: storage.clock,
    models: createModelRegistry({
      defaultHandle: REHEARSAL_HANDLE,
      settings: new Map(),
      limits: { totalMilliseconds: 10_000, idleMilliseconds: 10_000 },
    }),
    log: () => undefined,
    leaseMilliseconds: 3_600_000,
    mostRuns: 4,
    budget: { tokens: 1e6, seconds: 3_600, tokensPerDay: null },
    firstPauseMilliseconds: 1,
    countTokens,
    emit: () => undefined,
    isWatched: () => false,
  })
})
afterEach(async () => {
  await worker.stop()
  await opened.close()
  vi.useRealTimers()
})

test('woken once, a worker takes one run after another as soon as it has capacity', async () => {
  const store = opened.storage.in('default')
  const agent = await insertAgent(store)
  let last = await insertRun(store, agent.id, { acceptedBy: OWNER, input: 'Hello' })
  for (let count = 1; count < RUNS; count += 1) {
    last = await insertRun(store, agent.id, { acceptedBy: OWNER, input: `Hello ${count}` })
  }
  worker.wake()
  const isDone = async () => {
    const state = await store.runs.state(last.id)
    return (state !== undefined && isSettled(state)) || undefined
  }
  await until(isDone, 50_000, 'the end of the last run')
}, 60_000)
