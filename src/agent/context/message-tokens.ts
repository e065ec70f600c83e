import { estimateTokens } from '../../core/estimate-tokens.ts'
import type { MessageBody } from '../../core/message.ts'

/** What the wire format adds to each message and each call, roughly, whoever the provider is. */
const MESSAGE_OVERHEAD = 4
const CALL_OVERHEAD = 24
/** The id of the call, once more. */
const RESULT_OVERHEAD = 18

/** What a message takes of the context window, estimated. */
export function messageTokens(body: MessageBody): number {
  const calls = body.role === 'assistant' ? body.toolCalls : []
  return (
    MESSAGE_OVERHEAD +
    (body.role === 'tool' ? RESULT_OVERHEAD : 0) +
    estimateTokens(body.text) +
    calls.reduce(
      (sum, call) =>
        sum + CALL_OVERHEAD + estimateTokens(call.name) + estimateTokens(call.arguments),
      0,
    )
  )
}
