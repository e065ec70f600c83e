import { z } from 'zod'
import { defineInnerTool } from './define-inner-tool.ts'

/** The result of a call of it. */
export const SPOKEN = 'The user has it.'

/** The words themselves are kept with the assistant message that makes this call, so there is nothing left to do. */
export const sendMessage = defineInnerTool({
  name: 'send_message',
  effect: 'database',
  parameters: { message: z.string() },
  prepare: () => undefined,
  apply: async () => SPOKEN,
})
