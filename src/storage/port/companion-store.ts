import type { AgentId, RunId } from '../../core/ids.ts'

/* The part of the port `store.ts` for agents that work for another one in the background. */

export interface CompanionWrites {
  /** The companion is deleted with its owner. Known ones stay as they are. */
  add(id: AgentId, owner: AgentId): Promise<void>
  /** The agent that this one works for; undefined: none. */
  ownerOf(id: AgentId): Promise<AgentId | undefined>
}

export interface Sleeptime {
  readonly agentId: AgentId
  readonly companionId: AgentId
  /** False: the companion works only when asked to. */
  readonly isEnabled: boolean
  readonly everyTurns: number
  /** Model of the companion; null: that of the agent. */
  readonly model: string | null
  /** It also writes notes on what was said into archival memory. */
  readonly writesNotes: boolean
  /** `seq` of the last message in a completed window; 0: none. */
  readonly doneTo: number
  /** Row of the last passage in a completed window; 0: none. */
  readonly passagesTo: number
  /** The window under way; null: none. */
  readonly window: SleepWindow | null
}

export interface SleepWindow {
  readonly runId: RunId
  readonly to: number
  readonly passagesTo: number
}

export interface SleeptimeReads {
  get(agentId: AgentId): Promise<Sleeptime | undefined>
  /** Ended runs of the agent that left messages after `seq`. */
  turnsSince(agentId: AgentId, seq: number): Promise<number>
}

export type SleeptimeSettings = Pick<
  Sleeptime,
  'isEnabled' | 'everyTurns' | 'model' | 'writesNotes'
>

export interface SleeptimeWrites {
  insert(sleeptime: Omit<Sleeptime, 'window'>): Promise<void>
  /** False: the agent has no companion. */
  configure(agentId: AgentId, settings: SleeptimeSettings): Promise<boolean>
  /** Begins a window after `doneTo`. False: the cursor stands elsewhere, or a window is under way. */
  open(
    agentId: AgentId,
    from: Pick<Sleeptime, 'doneTo' | 'passagesTo'>,
    window: SleepWindow,
  ): Promise<boolean>
  /** Moves the cursor without a run, under the same conditions. */
  skip(
    agentId: AgentId,
    from: Pick<Sleeptime, 'doneTo' | 'passagesTo'>,
    to: Pick<Sleeptime, 'doneTo' | 'passagesTo'>,
  ): Promise<boolean>
  /** Ends the window of that run; `isDone` moves the cursor past it. Undefined: the run has no window. */
  close(
    runId: RunId,
    isDone: boolean,
  ): Promise<Pick<Sleeptime, 'agentId' | 'companionId'> | undefined>
}
