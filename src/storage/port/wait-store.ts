import type { Timestamp } from '../../core/clock.ts'
import type { AgentId, CallId, RunId } from '../../core/ids.ts'

/* The part of the port `store.ts` for runs that wait for runs of other agents. */

/** A run waits for another one, on behalf of one of its calls. A call may wait for several. */
export interface RunWait {
  readonly runId: RunId
  readonly callId: CallId
  readonly targetId: RunId
  /** Then the run goes on without the other's end. */
  readonly until: Timestamp
}

/** One run can't go on before another one: it waits for it, or for its turn in the conversation. */
export interface WaitEdge {
  readonly from: RunId
  readonly to: RunId
}

export interface WaitReads {
  /** Waits of the run that are not settled. */
  waitsOf(id: RunId): Promise<readonly RunWait[]>
  /** Unsettled waits for the run. */
  waitersOf(id: RunId): Promise<readonly RunWait[]>
  /** Waits for the run whose time was over before it ended. */
  lateWaitersOf(id: RunId): Promise<readonly RunWait[]>
  /** Unsettled waits for any run of the agent. */
  waitersOfAgent(id: AgentId): Promise<readonly RunWait[]>
  /** All runs that the call waits or waited for, in the order in which they were begun. */
  targetsOf(id: CallId): Promise<readonly RunId[]>
  /** Everything that the run waits for, directly and through other runs. */
  waitsAhead(id: RunId): Promise<readonly WaitEdge[]>
  /** Number and tokens of the runs in a tree, its root included. */
  tree(rootId: RunId): Promise<{ readonly runs: number; readonly tokens: number }>
  /** Runs that the run began, oldest first. */
  children(id: RunId): Promise<readonly RunId[]>
}

export interface WaitWrites {
  /** Until the transaction ends, nobody else in the namespace begins to wait, so none of them closes a circle. */
  lockWaits(): Promise<void>
  wait(wait: RunWait): Promise<void>
  /** `late`: its time was over before the end of the other run. False: it was settled before. */
  settleWait(wait: Pick<RunWait, 'callId' | 'targetId'>, how: 'ended' | 'late'): Promise<boolean>
  /** The late end was told. False: it was told before. */
  settleLate(wait: Pick<RunWait, 'callId' | 'targetId'>): Promise<boolean>
  /** `waiting` for `agent` → `queued`. False: it does not wait for one any more. */
  endWaiting(id: RunId, at: Timestamp): Promise<boolean>
}
