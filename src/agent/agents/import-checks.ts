import type { ModelRegistry } from '../../llm/model.ts'
import { checkRoom } from '../compaction/check-room.ts'
import { messageTokens } from '../context/message-tokens.ts'
import { checkToolRules } from '../rules/check-tool-rules.ts'
import { isToolName } from '../tools/index.ts'
import { checkSettings } from './agent-settings.ts'

/** Checks that an imported agent must pass. */
export function createImportChecks(models: Pick<ModelRegistry, 'resolve'>) {
  return {
    async model(handle: string): Promise<void> {
      await models.resolve(handle)
    },
    isTool: isToolName,
    toolRules: checkToolRules,
    settings: checkSettings,
    room: checkRoom,
    messageTokens,
  }
}
