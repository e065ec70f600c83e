import { estimateTokens } from '../../core/estimate-tokens.ts'
import type { MessageBody } from '../../core/message.ts'

/** Rough tokens that a wire format adds to each message and each call. Chosen by hand, for all providers. */
const MESSAGE_OVERHEAD = 4
/** Includes the id of the call. Chosen by hand. */
const CALL_OVERHEAD = 24
/** Includes the id of the call once more. Chosen by hand. */
const RESULT_OVERHEAD = 18
/** Ids and name of another agent, and how to answer it. Chosen by hand. */
const SENDER_OVERHEAD = 110

/** Estimated tokens of a message in the context window. */
export function messageTokens(body: MessageBody): number {
  const calls = body.role === 'assistant' ? body.toolCalls : []
  return (
    MESSAGE_OVERHEAD +
    (body.role === 'tool' ? RESULT_OVERHEAD : 0) +
    (body.role === 'system' && body.sender ? SENDER_OVERHEAD : 0) +
    estimateTokens(body.text) +
    calls.reduce(
      (sum, call) =>
        sum + CALL_OVERHEAD + estimateTokens(call.name) + estimateTokens(call.arguments),
      0,
    )
  )
}
