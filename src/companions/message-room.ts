import { messageBudget } from '../agent/context/shorten-message.ts'
import { defaultConversation } from '../core/conversation.ts'
import { estimateTokens } from '../core/estimate-tokens.ts'
import type { AgentId } from '../core/ids.ts'
import type { Store } from '../storage/port/store.ts'

/* Both chosen by hand. */
/** The rest is for tags and for errors of the estimate. */
const USED_SHARE = 0.9
const MIN_TOKENS = 200

/**
 * Tokens of a message to the companion besides these prompts. A longer message would lose its middle in the context, and
 * what stands there would be lost with it.
 */
export async function messageRoom(
  store: Store,
  companion: AgentId,
  contextWindow: number,
  prompts: readonly string[],
): Promise<number> {
  const { learnedWindow } = await store.conversations.contextState(defaultConversation(companion))
  const window = Math.min(contextWindow, learnedWindow ?? Number.POSITIVE_INFINITY)
  const taken = prompts.reduce((sum, prompt) => sum + estimateTokens(prompt), 0)
  return Math.max(MIN_TOKENS, Math.floor(messageBudget(window) * USED_SHARE) - taken)
}
