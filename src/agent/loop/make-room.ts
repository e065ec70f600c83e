import type { ContextState } from '../../core/agent.ts'
import { UserError } from '../../core/errors.ts'
import type { TokenUsage } from '../../core/run.ts'
import type { ChatModel, ModelFailure, ModelRegistry } from '../../llm/model.ts'
import { compact, nextCompaction } from '../compaction/compact.ts'
import type { CompiledContext, ContextInput } from '../context/compile-context.ts'
import { type HeldRun, held } from './held.ts'

/**
 * Compacts the context, so that the next request is smaller, and returns the usage of the summary. Undefined: no
 * message can be evicted. If no model could write the summary, the run gets a warning.
 */
export async function makeRoom(
  run: HeldRun,
  input: ContextInput,
  compiled: CompiledContext,
  options: {
    readonly model: ChatModel | undefined
    readonly wasRefused: boolean
    readonly signal: AbortSignal
  },
): Promise<TokenUsage | undefined> {
  const { model, wasRefused, signal } = options
  const plan = nextCompaction(input, compiled, wasRefused)
  if (!plan) return undefined
  const { problem, usage } = await compact({
    input,
    plan,
    window: compiled.window,
    model,
    signal,
    commit: (work) => held(run, work),
  })
  if (problem !== undefined) {
    await held(run, async (tx) => {
      const stored = await tx.runs.get(run.id)
      const warning = `The summary of the oldest messages was put together by rule, because its model failed: ${problem}`
      await tx.runs.setWarnings(run.id, [...(stored?.warnings ?? []), warning])
    })
  }
  return usage
}

/** The model that writes the agent's summaries; undefined: none is available, and the summary is made by rule. */
export async function summaryModel(
  models: ModelRegistry,
  { agent }: ContextInput,
  own: ChatModel,
): Promise<ChatModel | undefined> {
  const { summaryModel: handle, compactionMode } = agent.settings
  if (compactionMode === 'drop') return undefined
  if (handle === null) return own
  try {
    return await models.resolve(handle)
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}

/**
 * Weight of the newest count in the average: prompt caches and chat templates make single counts vary. Chosen by hand.
 */
const WEIGHT_OF_NEWEST = 0.5
/** Chosen by hand. */
const MIN_RATIO = 0.5
/** Chosen by hand. */
const MAX_RATIO = 3

/** Least size of a refused request, relative to the window. Chosen by hand. */
const OVERSHOOT = 1.02

/** Stores what a refusal says about the size of the window and of the request. */
export async function learnWindow(
  run: HeldRun,
  { state }: ContextInput,
  { estimatedTokens, totalTokens }: CompiledContext,
  { windowTokens, requestTokens }: ModelFailure,
): Promise<void> {
  // Without a number there is nothing to store; the next request is smaller all the same.
  if (windowTokens === undefined) return
  const learnedWindow = windowTokens
  const counted = requestTokens ?? Math.max(totalTokens, learnedWindow * OVERSHOOT)
  const observed = Math.min(counted / estimatedTokens, MAX_RATIO)
  const tokenRatio = Math.max(state.tokenRatio, observed)
  await held(run, (tx, at) =>
    tx.conversations.setContext(run.conversationId, { learnedWindow, tokenRatio }, at),
  )
}

/** Corrects the estimate by the provider's count of an answered call. */
export function learnFrom(
  { promptTokens }: TokenUsage,
  { state }: ContextInput,
  { estimatedTokens, tellsPressure }: CompiledContext,
): Pick<ContextState, 'tokenRatio' | 'pressureTold'> {
  const observed = promptTokens === 0 ? state.tokenRatio : promptTokens / estimatedTokens
  // A very low count comes from a provider that dropped a part of the request, or that counts something else.
  const believed = observed < MIN_RATIO ? state.tokenRatio : Math.min(observed, MAX_RATIO)
  const tokenRatio = state.tokenRatio * (1 - WEIGHT_OF_NEWEST) + believed * WEIGHT_OF_NEWEST
  return { tokenRatio, pressureTold: state.pressureTold || tellsPressure }
}
