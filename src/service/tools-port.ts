import type { Caller } from '../core/access.ts'
import type { AgentView } from '../core/agent-view.ts'
import type { ToolId } from '../core/ids.ts'
import type { Page, PageRequest } from '../core/page.ts'
import type { StoredTool, ToolDefinition, ToolVersionHead } from '../core/stored-tool.ts'
import type {
  ListedTool,
  ToolChanges,
  ToolFields,
  ToolQuery,
  ToolServerView,
  ToolTrial,
  ToolTrialResult,
  WholeTool,
} from '../core/tool-view.ts'

/* Part of the port in `context.ts`: tools of agents. */

/** `reference` is an id or an exact name. */
export interface ToolsPort {
  /** Newest first, then the built-in tools. */
  list(query: ToolQuery): Promise<Page<ListedTool>>
  get(reference: string): Promise<WholeTool>
  /** The definition as `create` would store it. Throws a UserError that names what is wrong. */
  check(fields: ToolFields, caller: Caller): Promise<ToolDefinition>
  create(fields: ToolFields, caller: Caller): Promise<StoredTool>
  update(reference: string, changes: ToolChanges, caller: Caller): Promise<StoredTool>
  delete(reference: string): Promise<ToolId>
  history(reference: string, page: PageRequest): Promise<Page<ToolVersionHead>>
  /** Unified diff; `to`: the present version if absent. */
  diff(reference: string, from: number, to: number | undefined): Promise<string>
  /** Makes an older version current, as a new version. */
  restore(reference: string, version: number, caller: Caller): Promise<StoredTool>
  attach(agent: string, reference: string, caller: Caller): Promise<AgentView>
  detach(agent: string, reference: string): Promise<AgentView>
  run(trial: ToolTrial, caller: Caller, signal: AbortSignal): Promise<ToolTrialResult>
  servers(): Promise<readonly ToolServerView[]>
}
