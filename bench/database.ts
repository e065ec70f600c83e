import { performance } from 'node:perf_hooks'
import { openStorage } from '../src/app/data.ts'
import { assemble } from '../src/assemble/assemble.ts'
import { readConfig } from '../src/config/read-config.ts'
import type { Storage, Store } from '../src/storage/port/store.ts'
import { callTool, startScriptedProvider } from '../test/support/scripted-provider.ts'
import { describeMachine, median, withScratch } from './support.ts'

/*
 * Database time per step: its transactions, with the fsync of each commit, from the moment the write lock
 * is asked for. Shown beside it: a model that answers in a second.
 */
const STEPS = 20
const MESSAGES = 15
const WARM_UP_MESSAGES = 3
const MODEL_MILLISECONDS = 1_000

const model = await startScriptedProvider()
try {
  await withScratch(measure)
} finally {
  await model.close()
}

async function measure(home: string): Promise<void> {
  let calls = 0
  model.respondWith(() => {
    calls += 1
    return calls % STEPS === 0
      ? callTool('send_message', { message: 'done' })
      : callTool('archival_memory_insert', { content: `fact ${calls}`, request_heartbeat: true })
  })
  const config = readConfig(
    {},
    { RECOLLECT_HOME: home, OPENAI_BASE_URL: model.baseUrl, RECOLLECT_MODEL: 'openai/instant' },
  )
  const clock = { spent: 0, transactions: 0 }
  const app = await assemble(config, () => undefined, timed(await openStorage(config), clock))
  const { agent } = await app.context.agents.create({ name: 'bench', contextWindow: 128_000 })
  const perStep: number[] = []
  for (let message = 0; message < WARM_UP_MESSAGES + MESSAGES; message += 1) {
    clock.spent = 0
    clock.transactions = 0
    const sent = await app.context.runs.send({ agent: agent.id, text: 'go on' })
    await app.context.runs.wait(sent.run.id, 60_000, new AbortController().signal)
    if (message >= WARM_UP_MESSAGES) perStep.push(clock.spent / STEPS)
  }
  await app.close()
  const step = median(perStep)
  console.log(`${STEPS} steps a message, median of ${MESSAGES} messages; ${describeMachine()}`)
  console.log(
    `database time per step ${step.toFixed(2)} ms (${(clock.transactions / STEPS).toFixed(1)} transactions), ${((step / (MODEL_MILLISECONDS + step)) * 100).toFixed(2)} % beside a model call of 1 s`,
  )
}

function timed(storage: Storage, clock: { spent: number; transactions: number }): Storage {
  return {
    ...storage,
    in(namespace): Store {
      const store = storage.in(namespace)
      return {
        ...store,
        async transaction(work) {
          const start = performance.now()
          try {
            return await store.transaction(work)
          } finally {
            clock.spent += performance.now() - start
            clock.transactions += 1
          }
        },
      }
    },
  }
}
