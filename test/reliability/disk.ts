import { parseArgs } from 'node:util'
import { canaryRounds } from './canary-rounds.ts'
import { damageRounds } from './damage-rounds.ts'
import { restoreRounds } from './restore-rounds.ts'

/* npm run disk: what may happen to the file of the data, at full size. */

const { values } = parseArgs({
  options: {
    restore: { type: 'string', default: '1000' },
    damage: { type: 'string', default: '200' },
    canary: { type: 'string', default: '50' },
    from: { type: 'string', default: '0' },
    keep: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
})
const seed = Number(values.seed)
const options = { from: Number(values.from), keep: values.keep }
console.log(`seed ${seed}`)

let told = 0
function report(tally: { readonly rounds: number; readonly violations: readonly string[] }): void {
  for (const violation of tally.violations.slice(told)) console.log(`VIOLATION ${violation}`)
  told = tally.violations.length
  if (tally.rounds % 20 === 0) console.log(JSON.stringify({ ...tally, violations: told }))
}

let violations = 0
for (const [name, rounds, run] of [
  ['restore', values.restore, restoreRounds],
  ['damage', values.damage, damageRounds],
  ['canary', values.canary, canaryRounds],
] as const) {
  told = 0
  const tally = await run(Number(rounds), seed, report, options)
  violations += tally.violations.length
  console.log(name, JSON.stringify({ ...tally, violations: tally.violations.length }))
}
process.exitCode = violations > 0 ? 1 : 0
