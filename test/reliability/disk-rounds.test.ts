import { expect, test } from 'vitest'
import { canaryRounds } from './canary-rounds.ts'
import { damageRounds } from './damage-rounds.ts'
import { restoreRounds } from './restore-rounds.ts'

/* A few rounds of what scripts/disk.mjs runs at full size. */

test('after crashes and restores the data is whole, and one of the expected states', async () => {
  const tally = await restoreRounds(12, 1)
  expect(tally.violations).toEqual([])
  expect(tally.restores + tally.killedRestores + tally.copiesByHand).toBeGreaterThan(4)
}, 300_000)

test('damaged pages are reported in sentences, and readable data is salvaged', async () => {
  const tally = await damageRounds(8, 2)
  expect(tally.violations).toEqual([])
  expect(tally.damaged).toBeGreaterThan(5)
}, 300_000)

test('deleted text is in no byte of the data or of a new backup', async () => {
  const tally = await canaryRounds(2, 3)
  expect(tally.violations).toEqual([])
}, 300_000)
