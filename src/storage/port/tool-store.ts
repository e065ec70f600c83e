import type { Timestamp } from '../../core/clock.ts'
import type { AgentId, ToolId } from '../../core/ids.ts'
import type { Page, PageRequest } from '../../core/page.ts'
import type {
  AttachedTool,
  StoredTool,
  ToolAuthor,
  ToolDefinition,
  ToolGrant,
  ToolVersionHead,
} from '../../core/stored-tool.ts'

/* The part of the port `store.ts` for tools of users. */

export interface ToolFilter extends PageRequest {
  /** Case-insensitive substring of the name or description. */
  readonly query?: string | undefined
  /** Tools that have all of these tags. */
  readonly tags?: readonly string[] | undefined
}

export interface ToolReads {
  get(id: ToolId): Promise<StoredTool | undefined>
  /** Names are unique in a namespace. Exact match; in no order. */
  named(names: readonly string[]): Promise<readonly StoredTool[]>
  /** Newest first. */
  list(filter: ToolFilter): Promise<Page<StoredTool>>
  /** In no order; that of the agent's list of tools counts. */
  ofAgent(agentId: AgentId): Promise<readonly AttachedTool[]>
  agentsOf(id: ToolId): Promise<readonly AgentId[]>
  /** Newest first. */
  versions(id: ToolId, page: PageRequest): Promise<Page<ToolVersionHead>>
  definitionAt(id: ToolId, version: number): Promise<ToolDefinition | undefined>
}

export interface ToolNote {
  readonly author: ToolAuthor
  readonly at: Timestamp
  readonly reason?: string | undefined
}

export interface ToolWrites {
  /** Creates version 1. Undefined: the name is taken. */
  insert(id: ToolId, definition: ToolDefinition, note: ToolNote): Promise<StoredTool | undefined>
  /** Adds the next version to `tool` (as read in this transaction). Undefined: the name is taken. */
  update(
    tool: StoredTool,
    definition: ToolDefinition,
    note: ToolNote,
  ): Promise<StoredTool | undefined>
  /** Deletes the tool with its versions and attachments. False: there is no such tool. */
  delete(id: ToolId, at: Timestamp): Promise<boolean>
  /** Attaches the tool to the agent, or replaces what is approved of it. */
  attach(agentId: AgentId, id: ToolId, grant: ToolGrant | null): Promise<void>
  /** False: it was not attached. */
  detach(agentId: AgentId, id: ToolId): Promise<boolean>
  /** Sets which schemas the model of the agent sees, in this order; it sees only the names of its other tools. */
  setLoaded(agentId: AgentId, ids: readonly ToolId[]): Promise<void>
}
