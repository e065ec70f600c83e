import type { HeldRun } from './held.ts'
import type { RunBudget } from './run-budget.ts'

/** Letta waits this long for a reply. */
const MAX_WAIT_MILLISECONDS = 1_200_000
/** The share of a run's remaining time that may pass while it waits; the rest is for its own work. Chosen by hand. */
const WAITING_SHARE = 0.5

/** How long the run waits for other agents, in milliseconds. */
export function patienceOf(run: HeldRun, { seconds }: RunBudget): number {
  const left = Math.max(0, seconds * 1_000 - run.elapsed())
  return Math.min(MAX_WAIT_MILLISECONDS, left * WAITING_SHARE)
}
