import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { openStorage } from '../../src/app/data.ts'
import { assemble } from '../../src/assemble/assemble.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { countStatements } from '../../test/support/count-statements.ts'
import { withDatabase } from '../shared/database.ts'
import { describeMachine, median, withScratch } from '../support.ts'
import { isProvider, provide, startProvider } from './provider.ts'

/*
 * Cost of a message: two steps, one call that writes to the database, a model that answers at once. Processor time,
 * statements and transactions are those of this process, in which Recollect runs; the model has its own. The database
 * is the PostgreSQL that RECOLLECT_TEST_POSTGRES names, else a file. --statements lists what was asked of it.
 */
const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '300' },
    statements: { type: 'boolean', default: false },
  },
})
const MESSAGES = Number(values.messages)
const WARM_UP = 20

if (isProvider) await provide()
else await withScratch((home) => withDatabase('message', home, (url) => measure(home, url)))

interface Cost {
  readonly wall: number
  readonly processor: number
  readonly statements: number
  readonly transactions: number
}

async function measure(home: string, url: string): Promise<void> {
  const provider = await startProvider()
  const config = readConfig(
    {},
    {
      RECOLLECT_HOME: home,
      RECOLLECT_DATABASE_URL: url,
      OPENAI_BASE_URL: provider.baseUrl,
      RECOLLECT_MODEL: 'openai/instant',
    },
  )
  const count = countStatements()
  const app = await assemble(config, () => undefined, await openStorage(config))
  const { agents, runs } = app.context
  const { agent } = await agents.create({ name: 'bench', contextWindow: 10_000_000 })
  const costs: Cost[] = []
  try {
    for (let message = 0; message < WARM_UP + MESSAGES; message += 1) {
      count.reset()
      const used = process.cpuUsage()
      const start = performance.now()
      const { run } = await runs.send({ agent: agent.id, text: `message ${message}` })
      const done = await runs.wait(run.id, 60_000, new AbortController().signal)
      const wall = performance.now() - start
      if (done.reply !== 'Noted.') throw new Error(JSON.stringify(done.run))
      // Work that the end of the run sets off belongs to it as well.
      await new Promise((resolve) => setTimeout(resolve, 5))
      const { user, system } = process.cpuUsage(used)
      const { statements, transactions } = count
      if (message < WARM_UP) continue
      costs.push({ wall, processor: (user + system) / 1_000, statements, transactions })
    }
  } finally {
    await app.close()
    provider.close()
  }
  report(costs)
  if (values.statements) list(count.texts)
}

function report(costs: readonly Cost[]): void {
  const of = (field: keyof Cost, some = costs) => median(some.map((cost) => cost[field]))
  const quarter = Math.floor(costs.length / 4)
  const growth = (field: keyof Cost) =>
    of(field, costs.slice(-quarter)) / of(field, costs.slice(0, quarter))
  console.log(`${costs.length} messages of two steps, medians; ${describeMachine()}`)
  console.log(
    `processor ${of('processor').toFixed(1)} ms   wall ${of('wall').toFixed(1)} ms   ${of('statements')} statements in ${of('transactions')} transactions`,
  )
  console.log(
    `last quarter over the first: processor ${growth('processor').toFixed(2)}, wall ${growth('wall').toFixed(2)}`,
  )
}

/** Counts of the last message. */
function list(texts: ReadonlyMap<string, number>): void {
  for (const [text, times] of [...texts].sort(([, one], [, other]) => other - one)) {
    console.log(`${String(times).padStart(4)}  ${text.replaceAll(/\s+/g, ' ').slice(0, 200)}`)
  }
}
