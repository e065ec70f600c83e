import {
  type CompiledContext,
  type ContextInput,
  compileContext,
} from '../context/compile-context.ts'

/**
 * Estimates within this share of the threshold are replaced by a count. The range covers memory pressure. Chosen by
 * hand.
 */
const MARGIN = 0.4

export interface ExactContext {
  /** Includes the correction from the count. */
  readonly input: ContextInput
  readonly compiled: CompiledContext
}

/**
 * Compiles the context with its real size. Estimates are enough while there is room, and a provider that has counted
 * before is the best source for its own tokens. Only a request near the limit without such a count is tokenized.
 */
export async function compileExactly(
  input: ContextInput,
  countTokens: (text: string) => Promise<number>,
): Promise<ExactContext> {
  const compiled = compileContext(input)
  const limit = compiled.window * input.agent.settings.compactionThreshold
  const isNear = Math.abs(compiled.totalTokens - limit) < limit * MARGIN
  if (!isNear || input.state.tokenRatio !== 1) return { input, compiled }
  const { messages, tools } = compiled.request
  const counted = compiled.pictureTokens + (await countTokens(JSON.stringify([messages, tools])))
  const state = { ...input.state, tokenRatio: counted / compiled.estimatedTokens }
  const exact = { ...input, state }
  return { input: exact, compiled: compileContext(exact) }
}
