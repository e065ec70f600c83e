import type { GroupView } from '../core/group.ts'
import type { GroupId } from '../core/ids.ts'
import type { Page, PageRequest } from '../core/page.ts'

/* Part of the port in `context.ts`: groups of agents. */

export interface GroupsPort {
  /** If the manager has no tool to delegate with, it gets one, named in `gave`. */
  create(group: {
    readonly name: string
    readonly manager: string
    readonly members: readonly string[]
    /** Messages to other agents that one message to the group may lead to. */
    readonly maxTurns?: number | undefined
  }): Promise<GroupView & { readonly gave?: string }>
  get(groupId: string): Promise<GroupView>
  /** Newest first; with `agent`, those that it manages or is a member of. */
  list(filter: PageRequest & { readonly agent?: string | undefined }): Promise<Page<GroupView>>
  /** Deletes the group with its conversation; the agents stay. */
  delete(groupId: string): Promise<GroupId>
}
