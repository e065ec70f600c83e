import type { AgentView } from '../core/agent-view.ts'
import type { Job } from '../core/job.ts'

/* Part of the port in `context.ts`: agents that work for another one in the background. */

export interface SleeptimeChanges {
  readonly isEnabled: boolean
  /** Absent: as before, 5 at first. */
  readonly everyTurns?: number | undefined
  /** Absent: as before; empty: that of the agent. */
  readonly model?: string | undefined
  /** Absent: as before, off at first. */
  readonly writesNotes?: boolean | undefined
}

export interface NewDigest {
  readonly agent: string
  /** Source of passages in the agent's archives. */
  readonly source: string
  /** The block that is written; created if the agent has none of that label. */
  readonly label: string
  readonly instruction?: string | undefined
}

export interface CompanionsPort {
  configureSleeptime(agent: string, changes: SleeptimeChanges): Promise<AgentView>
  /** Lets the sleep-time agent look at everything that it has not seen, also if it is turned off. */
  tidy(agent: string): Promise<Job>
  /** Lets the source be read page by page. Resolves when the job is on disk; it runs in the background. */
  digest(digest: NewDigest): Promise<Job>
}
