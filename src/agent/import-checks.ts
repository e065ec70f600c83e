import type { ModelRegistry } from '../llm/model.ts'
import { checkSettings } from './agent-settings.ts'
import { checkRoom } from './check-room.ts'
import { checkToolRules } from './check-tool-rules.ts'
import { messageTokens } from './message-tokens.ts'
import { isToolName } from './tools/index.ts'

/** What an agent that comes from elsewhere must keep. */
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
