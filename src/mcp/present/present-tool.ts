import type { z } from 'zod'
import type { StoredTool, ToolVersionHead } from '../../core/stored-tool.ts'
import type { ListedTool, ToolTrialResult, WholeTool } from '../../core/tool-view.ts'
import { pieceOf } from './fit.ts'
import type { listedToolShape, toolShape, toolVersionShape } from './tool-shapes.ts'

/* Converts tools to the shapes of the MCP contract. */

export function presentListedTool(tool: ListedTool): z.infer<typeof listedToolShape> {
  const { id, name, description, language, effect, requiresApproval, version } = tool
  return { id, name, description, language, effect, requires_approval: requiresApproval, version }
}

export function presentTool(tool: WholeTool, offset?: number): z.infer<typeof toolShape> {
  const head = { ...presentListedTool(tool), parameters: JSON.stringify(tool.parameters) }
  const { stored } = tool
  if (!stored) return head
  const source = pieceOf(stored.source, offset)
  return {
    ...head,
    source: source.text,
    ...(source.nextOffset !== undefined && { chars: source.chars, next_offset: source.nextOffset }),
    author: stored.author,
    capabilities: [...stored.capabilities],
    network: [...stored.network],
    secrets: [...stored.secrets],
    timeout_seconds: stored.timeoutSeconds,
    tags: [...stored.tags],
    created_at: stored.createdAt,
    updated_at: stored.updatedAt,
  }
}

export function presentStoredTool(stored: StoredTool): z.infer<typeof toolShape> {
  return presentTool({ ...stored, stored })
}

export function presentToolVersion(head: ToolVersionHead): z.infer<typeof toolVersionShape> {
  const { version, at, author, reason, chars } = head
  return {
    version,
    at,
    by: author.name,
    ...(author.runId !== undefined && { run_id: author.runId }),
    ...(author.callId !== undefined && { tool_call_id: author.callId }),
    ...(reason !== null && { reason }),
    chars,
  }
}

export function presentTrial({ durationMs, changes, ...outcome }: ToolTrialResult) {
  return { ...outcome, duration_ms: durationMs, changes: [...changes] }
}
