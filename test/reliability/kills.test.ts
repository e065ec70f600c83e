import { expect, test } from 'vitest'
import { playRound } from './chaos.ts'

test('nothing is lost, doubled or bent by random kills of two processes', async () => {
  const outcome = await playRound({ processes: 2, kills: 10, stops: 0 })
  console.log(outcome)
  expect(outcome.violations).toEqual([])
  expect(outcome.kills).toBe(10)
  expect(outcome.messages).toBeGreaterThan(10)
}, 300_000)

test('nothing is lost, doubled or bent by four processes of which one after the other is stopped', async () => {
  const outcome = await playRound({ processes: 4, kills: 0, stops: 4 })
  console.log(outcome)
  expect(outcome.violations).toEqual([])
  expect(outcome.messages).toBeGreaterThan(10)
}, 300_000)
