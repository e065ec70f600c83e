import { z } from 'zod'
import { defineInnerTool } from './define-inner-tool.ts'

/** The result of each call of this tool. */
export const SPOKEN = 'The user has it.'

/** The words are stored with the assistant message that makes this call, so there is nothing left to do. */
export const sendMessage = defineInnerTool({
  name: 'send_message',
  effect: 'database',
  parameters: { message: z.string() },
  prepare: () => undefined,
  apply: async () => SPOKEN,
})
