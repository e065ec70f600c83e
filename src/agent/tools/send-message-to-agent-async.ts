import { toTimestamp } from '../../core/clock.ts'
import { filled } from '../../core/filled.ts'
import { text } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import { checkMessage } from '../inbox/check-message.ts'
import { findReceiver } from '../inbox/find-receiver.ts'
import { beginRun, callingRun, checkRoomInTree } from './begin-run.ts'
import { defineInnerTool } from './define-inner-tool.ts'

export const sendMessageToAgentAsync = defineInnerTool({
  name: 'send_message_to_agent_async',
  effect: 'database',
  parameters: { message: text(LIMITS.message), other_agent_id: filled() },
  prepare: ({ message, other_agent_id }) => ({
    text: checkMessage(message),
    other: other_agent_id,
  }),
  async apply(tx, { text, other }, context) {
    const parent = await callingRun(tx, context)
    const target = await findReceiver(tx, other)
    await checkRoomInTree(tx, parent, 1)
    const at = toTimestamp(context.now)
    const { id } = await beginRun(tx, context, parent, { target, text, begun: 'message' }, at)
    return `Sent to ${target.agent.name} (run ${id}). If it answers, its message comes to you later as a message of its own.`
  },
})
