import type { Timestamp } from './clock.ts'
import type { AgentId, ArchiveId } from './ids.ts'

/** Passages that belong together; any number of agents may have it, and what one of them writes the others find. */
export interface Archive extends ArchivalCounts {
  readonly id: ArchiveId
  readonly name: string
  readonly description: string
  readonly createdAt: Timestamp
}

export interface ArchivalCounts {
  /** All of them. */
  readonly passages: number
  /** Those that another took the place of. */
  readonly superseded: number
  /** Those that an agent found at least once by a search of its own. */
  readonly found: number
}

/** An agent that has an archive. */
export interface ArchiveHolder {
  readonly agentId: AgentId
  /** What it inserts goes there. */
  readonly isDefault: boolean
}

/** An archive and the agents that have it. */
export interface ArchiveView {
  readonly archive: Archive
  readonly holders: readonly ArchiveHolder[]
  /** For the agent that was asked about; absent: none was. */
  readonly isDefault?: boolean
}
