import type { Timestamp } from './clock.ts'
import type { AgentId, ArchiveId } from './ids.ts'

/** A collection of passages. Any number of agents can share it; each finds what the others insert. */
export interface Archive extends ArchivalCounts {
  readonly id: ArchiveId
  readonly name: string
  readonly description: string
  /** Null: it was not made as a folder of files. */
  readonly folder: FolderDetails | null
  readonly createdAt: Timestamp
}

/** Fields that a folder of files has besides those of an archive. */
export interface FolderDetails {
  /** How to use it, in its maker's words. */
  readonly instructions: string
  readonly metadata: Readonly<Record<string, unknown>>
}

export interface ArchivalCounts {
  /** All passages, superseded ones included. */
  readonly passages: number
  /** Passages that a newer passage replaces. */
  readonly superseded: number
  /** Passages that an agent's own search returned at least once. */
  readonly found: number
}

/** An agent that an archive is attached to. */
export interface ArchiveHolder {
  readonly agentId: AgentId
  /** The agent's inserts go to this archive. */
  readonly isDefault: boolean
}

/** An archive and the agents that have it. */
export interface ArchiveView {
  readonly archive: Archive
  readonly holders: readonly ArchiveHolder[]
  /** Set when the request names an agent: whether this is its default archive. */
  readonly isDefault?: boolean
}
