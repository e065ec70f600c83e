import type { SharedBlock } from '../core/block.ts'
import type { Job } from '../core/job.ts'

/* Part of the port in `context.ts`: memory blocks kept in step with outside systems. */

export interface BlockSync {
  readonly agent: string
  readonly label: string
  /** Give it or `tool`; neither is needed to stop. */
  readonly url?: string | undefined
  /** Id or exact name of a tool of the agent. */
  readonly tool?: string | undefined
  readonly arguments?: Readonly<Record<string, unknown>> | undefined
  /** 0: no more. */
  readonly everyMinutes: number
}

export interface SyncedBlock {
  readonly block: SharedBlock
  /** The job that keeps it in step, after its first look if that ended in time; absent: it was stopped. */
  readonly job?: Job | undefined
}

export interface SyncPort {
  /** A block has one source: another one replaces it. The block is created if the agent has none of that label. */
  sync(request: BlockSync): Promise<SyncedBlock>
}
