import { filled } from '../../core/filled.ts'
import { text } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import { checkMessage } from '../inbox/check-message.ts'
import { findReceiver } from '../inbox/find-receiver.ts'
import { beginRun, callingRun, checkCircle, checkRoomInTree } from './begin-run.ts'
import { defineInnerTool } from './define-inner-tool.ts'

export const sendMessageToAgentAndWaitForReply = defineInnerTool({
  name: 'send_message_to_agent_and_wait_for_reply',
  effect: 'await',
  parameters: { message: text(LIMITS.message), other_agent_id: filled() },
  async begin({ message, other_agent_id }, context, tx, at) {
    const words = checkMessage(message)
    const parent = await callingRun(tx, context)
    const target = await findReceiver(tx, other_agent_id)
    await checkRoomInTree(tx, parent, 1)
    await checkCircle(tx, parent, target)
    const run = await beginRun(tx, context, parent, { target, text: words, begun: 'wait' }, at)
    return { targets: [run.id] }
  },
})
