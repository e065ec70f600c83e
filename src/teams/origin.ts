import { UserError } from '../core/errors.ts'
import type { Run, RunOrigin } from '../core/run.ts'

/** Runs that may wait for or work for one another, one below the other. Chosen by hand. */
export const MAX_DEPTH = 5
/** Messages between agents, one because of the other, without a message from outside. Chosen by hand. */
export const MAX_HOPS = 20
/** Runs of one tree. Chosen by hand. */
export const MAX_RUNS = 1_000

/**
 * The kinds of runs that a run begins: a `message` that it does not wait for, a run that it waits for (`wait`), or a `task` in the
 * background.
 */
export type Begun = 'message' | 'wait' | 'task'

/** A limit of the tree of runs was reached. */
export class TreeLimit extends UserError {}

/** The origin of a run that `parent` begins. Throws TreeLimit, which ends a ping-pong between agents. */
export function childOrigin(parent: Run, begun: Begun): RunOrigin {
  const hops = parent.hops + (begun === 'message' ? 1 : 0)
  const depth = parent.depth + (begun === 'message' ? 0 : 1)
  if (hops > MAX_HOPS) {
    throw new TreeLimit(
      'limit_exceeded',
      `The message was not sent: ${MAX_HOPS} messages between agents have followed one another without a message from outside. Tell your user where things stand; a new message from outside starts a new count.`,
    )
  }
  if (depth > MAX_DEPTH) {
    throw new TreeLimit(
      'limit_exceeded',
      `The message was not sent: ${MAX_DEPTH} runs are already working for one another, one below the other. Do this part of the work yourself, or answer with what you have.`,
    )
  }
  return {
    parentRunId: parent.id,
    rootRunId: parent.rootRunId,
    depth,
    hops,
    sender: 'agent',
    senderAgentId: parent.agentId,
  }
}

/** Throws TreeLimit if the tree, which has `runs` runs, may not have that many `more`. */
export function checkTreeSize(runs: number, more: number): void {
  if (runs + more <= MAX_RUNS) return
  const left = Math.max(0, MAX_RUNS - runs)
  throw new TreeLimit(
    'limit_exceeded',
    `Nothing was sent: one message from outside may lead to ${MAX_RUNS} runs, ${left} are left, and this needs ${more}. Address fewer agents, or ask your user for a new message.`,
  )
}
