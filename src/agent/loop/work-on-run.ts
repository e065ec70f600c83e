import { describeError } from '../../core/log.ts'
import { SPEAKING_TOOL } from '../tools/default-tools.ts'
import { advance, type Next } from './advance.ts'
import { askModel, type Trouble, type Waits } from './ask-model.ts'
import { fail, toRunError } from './fail.ts'
import { giveBackRun } from './finish-run.ts'
import { type HeldRun, LostLease } from './held.ts'
import { makeCalls } from './make-calls.ts'
import { patienceOf } from './patience.ts'
import { goingOn, type RunTools } from './run-tools.ts'
import { isTrouble, putDown } from './trouble.ts'

/** Why work on a run has ended. */
export type WorkEnd =
  /** It is over, waits for input, or is free for any worker. */
  | {
      readonly kind: 'let_go'
      /** It is over, and no later run of its conversation is open. */
      readonly isLast?: boolean
    }
  | Waits
  /** A resource was missing, for a reason outside the run. */
  | { readonly kind: 'trouble'; readonly progressed: boolean }

const LET_GO = { kind: 'let_go' } as const

/**
 * Runs step after step until the run is over, the lease is lost, or `signal` fires; after a signal the run can be
 * resumed. Never rejects. `first`: what to do first, if the claim has found that out already.
 */
export async function workOnRun(
  run: HeldRun,
  tools: RunTools,
  signal: AbortSignal,
  first?: Next,
): Promise<WorkEnd> {
  const trouble: Trouble = { overflows: new Map(), summaries: new Map() }
  let turns = 0
  let decided = first
  let step = 0
  const endStep = () => {
    if (step > 0) tools.emit({ type: 'step_ended', runId: run.id, agentId: run.agentId, step })
    step = 0
  }
  try {
    for (; ; turns += 1) {
      const next = decided ?? (await advance(run, tools.budget, turns === 0))
      decided = undefined
      if (next.kind !== 'calls' && !(next.kind === 'model' && next.number === step)) endStep()
      if (next.kind === 'over') return { ...LET_GO, isLast: next.isLast ?? false }
      if (next.kind === 'model') step = next.number
      if (signal.aborted) {
        await giveBackRun(run)
        return LET_GO
      }
      if (next.kind === 'model') {
        const asked = await askModel(run, next, tools, signal, trouble)
        if (asked === 'let_go') return LET_GO
        if (asked !== 'went_on') {
          if (asked.kind === 'waits') return asked
          decided = asked
        }
      } else {
        const onCall = (toolName: string) => {
          // Watchers have received the words themselves.
          if (toolName === SPEAKING_TOOL) return
          tools.emit({ type: 'tool_called', runId: run.id, agentId: run.agentId, toolName })
        }
        const { agent, speakNow } = next
        const replyMilliseconds = patienceOf(run, tools.budget)
        const options = { agent, speakNow, signal, log: tools.log, replyMilliseconds, onCall }
        decided = await makeCalls(run, next.step, { ...options, goOn: goingOn(run, tools) })
      }
    }
  } catch (error) {
    if (error instanceof LostLease) return LET_GO
    if (isTrouble(error)) {
      tools.log('warn', 'a run was put down', { run: run.id, error: describeError(error) })
      await putDown(run, signal)
      return { kind: 'trouble', progressed: turns > 0 }
    }
    tools.log('error', 'a run failed', { run: run.id, error: describeError(error) })
    await fail(run, 'interrupted', toRunError(error)).catch((second: unknown) =>
      tools.log('error', 'the failure of a run could not be stored', {
        run: run.id,
        error: describeError(second),
      }),
    )
    return LET_GO
  }
}
