import { createImportChecks } from '../agent/agents/import-checks.ts'
import type { ModelRegistry } from '../llm/model.ts'
import { nextTime } from '../schedules/next-time.ts'
import type { AgentChecks } from '../transfer/format/agent-checks.ts'
import { readImportedTool } from './tools.ts'

/** The runtime as an import of agents needs it. */
export function assembleImportChecks(models: Pick<ModelRegistry, 'resolve'>): AgentChecks {
  return {
    ...createImportChecks(models),
    tool: readImportedTool,
    nextTime,
    async beginSleeptime(...given) {
      // Loaded with the first agent that has one.
      const { beginSleeptime } = await import('../companions/sleep-settings.ts')
      await beginSleeptime(...given)
    },
  }
}
