import type { Scope } from '../core/access.ts'
import { TOOLSETS, type Toolset } from '../core/toolset.ts'
import { describeTool } from './call/describe-tool.ts'
import { isForOneAgent } from './offer.ts'
import { toolsOf } from './tools/index.ts'

export type ListedTool = ReturnType<typeof describeTool>

/** A tool as it is listed, with what decides whether a client sees it. */
export interface ToolEntry {
  readonly toolset: Toolset
  readonly scope: Scope
  readonly isForOneAgent: boolean
  readonly tool: ListedTool
}

/** For scripts/embed-tools.mjs: loading the tools takes longer than the list itself. */
export function toolEntries(): readonly ToolEntry[] {
  return TOOLSETS.flatMap((toolset) =>
    toolsOf([toolset]).map((tool) => ({
      toolset,
      scope: tool.scope,
      isForOneAgent: isForOneAgent(tool),
      tool: describeTool(tool),
    })),
  )
}
