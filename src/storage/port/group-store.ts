import type { Timestamp } from '../../core/clock.ts'
import type { Group } from '../../core/group.ts'
import type { AgentId, GroupId } from '../../core/ids.ts'
import type { Page, PageRequest } from '../../core/page.ts'

/* The part of the port `store.ts` for groups of agents. */

export interface GroupFilter extends PageRequest {
  /** Groups that it manages or is a member of. */
  readonly agentId?: AgentId | undefined
}

export interface GroupReads {
  get(id: GroupId): Promise<Group | undefined>
  /** Newest first. */
  list(filter: GroupFilter): Promise<Page<Group>>
}

export interface GroupWrites {
  /** Throws if the manager or a member does not exist. */
  insert(group: Group): Promise<void>
  /** False: there is no such group. */
  delete(id: GroupId, at: Timestamp): Promise<boolean>
}
