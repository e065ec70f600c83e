import type { AgentEvent } from '../../core/event.ts'
import type { RunId } from '../../core/ids.ts'
import type { Log } from '../../core/log.ts'
import type { ModelRegistry } from '../../llm/model.ts'
import { advanceIn, type GoOn, newIds } from './advance.ts'
import type { HeldRun } from './held.ts'
import type { RunBudget } from './run-budget.ts'

export interface RunTools {
  readonly models: ModelRegistry
  readonly budget: RunBudget
  readonly firstPauseMilliseconds: number
  /** Counts with a real tokenizer. */
  readonly countTokens: (text: string) => Promise<number>
  readonly log: Log
  readonly emit: (event: AgentEvent) => void
  /** The run has a watcher now, so its answers are streamed. */
  readonly isWatched: (runId: RunId) => boolean
}

/** Decides what is next in the transaction of the step's last write. */
export function goingOn(run: HeldRun, { budget }: RunTools): GoOn {
  const ids = newIds()
  return (tx, at, known) => advanceIn(tx, run, { budget, takenUp: false, ids, at, known })
}
