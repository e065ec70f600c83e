import type { Agent } from '../../core/agent.ts'
import type { Block } from '../../core/block.ts'
import { UserError } from '../../core/errors.ts'
import { isBuiltInTool } from '../../core/tool.ts'
import type { ModelRegistry } from '../../llm/model.ts'
import { checkRoom } from '../compaction/check-room.ts'
import { messageTokens } from '../context/message-tokens.ts'
import { type ShownBlock, systemMessage } from '../context/system-prompt.ts'
import { checkToolRules } from '../rules/check-tool-rules.ts'
import { databaseTools } from '../tools/database-tools.ts'
import { checkSettings } from './agent-settings.ts'

/** Checks that an imported agent must pass. */
export function createImportChecks(models: Pick<ModelRegistry, 'resolve'>) {
  return {
    async model(handle: string): Promise<void> {
      await models.resolve(handle)
    },
    async realDefault(): Promise<string | null> {
      try {
        const { handle, isRehearsal } = await models.resolve(null)
        return isRehearsal ? null : handle
      } catch (error) {
        if (error instanceof UserError) return null
        throw error
      }
    },
    isTool: isBuiltInTool,
    toolRules: checkToolRules,
    settings: checkSettings,
    room: (agent: Agent, blocks: readonly Block[]) =>
      checkRoom(agent, databaseTools(agent.tools), blocks),
    systemMessage: (agent: Parameters<typeof systemMessage>[0], blocks: readonly ShownBlock[]) =>
      systemMessage(agent, blocks, null),
    messageTokens,
  }
}
