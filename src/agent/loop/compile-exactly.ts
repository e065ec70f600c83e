import {
  type CompiledContext,
  type ContextInput,
  compileContext,
} from '../context/compile-context.ts'

/** An estimate this close to the threshold is not good enough; it reaches to where the agent is told of the pressure. */
const MARGIN = 0.4

export interface ExactContext {
  /** With the correction that the count gave. */
  readonly input: ContextInput
  readonly compiled: CompiledContext
}

/**
 * The context, and what it really takes. Estimates do while there is room, and a provider that has counted before is
 * the best judge of its own tokens; only a request that nobody has counted and that comes near the limit is counted.
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
  const counted = await countTokens(JSON.stringify([messages, tools]))
  const state = { ...input.state, tokenRatio: counted / compiled.estimatedTokens }
  const exact = { ...input, state }
  return { input: exact, compiled: compileContext(exact) }
}
