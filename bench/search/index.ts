import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeMachine, withScratch } from '../support.ts'
import { measure } from './measure.ts'
import { describeBars, describeFigures, type Measured, nameOf } from './report.ts'
import { type Case, seedStores } from './stores.ts'
import { readCorpus } from './text.ts'

/*
 * How long a search takes, and what an archive takes on disk, from 1,000 passages to 1,000,000, and in one of many
 * agents; through MCP over stdio, beside plain FTS5 in this process.
 */
const USAGE = `npm run bench -- search [--sizes <passages>,…] [--agents <count>] [--keep <folder>]
  --sizes   passages of the one archive; 1000,10000,100000,1000000 if absent
  --agents  how many agents with 1,000 passages each; 100 if absent, 0: none
  --keep    where the seeded databases stay, so that the next run need not seed them; a million
            passages take some 2 GB, and as much while they are measured`

const PASSAGES_EACH = 1_000

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,10000,100000,1000000' },
    agents: { type: 'string', default: '100' },
    keep: { type: 'string' },
  },
})
const sizes = values.sizes.split(',').map(Number)
const agents = Number(values.agents)
if (![...sizes, agents].every((number) => Number.isInteger(number) && number >= 0)) {
  console.error(USAGE)
  process.exit(2)
}
const cases: readonly Case[] = [
  ...sizes.filter((size) => size > 0).map((passages) => ({ agents: 1, passages })),
  ...(agents > 0 ? [{ agents, passages: PASSAGES_EACH }] : []),
]

const corpus = readCorpus()
const measured = await withScratch(async (scratch) => {
  const results: Measured[] = []
  for (const of of cases) {
    console.error(`${nameOf(of)}: seeding`)
    const stores = await seedStores(of, corpus, values.keep ?? join(scratch, 'keep'))
    console.error(`${nameOf(of)}: measuring`)
    results.push({ of, figures: await measure(of, stores, corpus, join(scratch, 'work')) })
  }
  return results
})
console.log(`search_archival and insert_archival over stdio; ${describeMachine()}`)
console.log(`\n${describeFigures(measured)}\n\n${describeBars(measured)}`)
