import type { ArchivalCounts, Archive, ArchiveHolder, FolderDetails } from '../../core/archive.ts'
import type { Timestamp } from '../../core/clock.ts'
import type { AgentId, ArchiveId } from '../../core/ids.ts'
import type { Page, PageRequest } from '../../core/page.ts'

/* The part of the port `store.ts` for archives. */

export interface ArchiveFilter extends PageRequest {
  /** Only archives attached to this agent. */
  readonly agentId?: AgentId | undefined
}

export interface ArchiveReads {
  get(id: ArchiveId): Promise<Archive | undefined>
  /** Newest first, attached or not. */
  list(filter: ArchiveFilter): Promise<Page<Archive>>
  agentsOf(id: ArchiveId): Promise<readonly ArchiveHolder[]>
  /** The archive for the agent's inserts; undefined: none yet. */
  defaultOf(agentId: AgentId): Promise<ArchiveId | undefined>
  /** Counts of all archives, or of the agent's. Cheap: reads stored counts. */
  counts(agentId?: AgentId): Promise<ArchivalCounts>
}

export interface ArchiveWrites {
  /** Creates an archive that is attached to no agent. */
  create(
    archive: Omit<Archive, keyof ArchivalCounts | 'folder'> & { readonly folder?: FolderDetails },
  ): Promise<void>
  /** Attaches the archive, as default or not; if it is attached, only the default changes. */
  attach(agentId: AgentId, id: ArchiveId, isDefault: boolean, at: Timestamp): Promise<void>
  /** False: there is no such archive. */
  update(
    id: ArchiveId,
    patch: Partial<Pick<Archive, 'name' | 'description' | 'folder'>>,
    at: Timestamp,
  ): Promise<boolean>
  /** Deletes the archive with its passages; agents that have it lose it. False: there is no such archive. */
  delete(id: ArchiveId, at: Timestamp): Promise<boolean>
  /** The archive is kept. False: it was not attached. */
  detach(agentId: AgentId, id: ArchiveId, at: Timestamp): Promise<boolean>
}
