import type { ContextState } from '../../core/agent.ts'
import { UserError } from '../../core/errors.ts'
import type { TokenUsage } from '../../core/run.ts'
import type { ChatModel, ModelFailure, ModelRegistry } from '../../llm/model.ts'
import { compact, nextCompaction } from '../compaction/compact.ts'
import type { CompiledContext, ContextInput } from '../context/compile-context.ts'
import { type HeldRun, held } from './held.ts'

/**
 * Puts the oldest turns aside, so that the next request is smaller, and returns what the summary took. Undefined:
 * nothing may go. If the summary could not be written by a model, the run says so.
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

/** The model that writes the agent's summaries; undefined: it can't be had, and a summary is put together by rule. */
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

/** One count is not the truth: prompt caches and chat templates make counts differ from call to call. */
const WEIGHT_OF_NEWEST = 0.5
const LEAST_RATIO = 0.5
const LARGEST_RATIO = 3

/** A request that was refused is counted as at least this much larger than the window. */
const OVERSHOOT = 1.02

/** Remembers what a refusal says about the size of the window, and of the request that did not fit. */
export async function learnWindow(
  run: HeldRun,
  { agent, state }: ContextInput,
  { estimatedTokens, totalTokens }: CompiledContext,
  { windowTokens, requestTokens }: ModelFailure,
): Promise<void> {
  // Without a number nothing is learned; the request that follows is smaller all the same.
  if (windowTokens === undefined) return
  const learnedWindow = windowTokens
  const counted = requestTokens ?? Math.max(totalTokens, learnedWindow * OVERSHOOT)
  const observed = Math.min(counted / estimatedTokens, LARGEST_RATIO)
  const tokenRatio = Math.max(state.tokenRatio, observed)
  await held(run, (tx, at) => tx.agents.setContext(agent.id, { learnedWindow, tokenRatio }, at))
}

/** What an answered call teaches: how many tokens the provider counted where we estimated so many. */
export function learnFrom(
  { promptTokens }: TokenUsage,
  { state }: ContextInput,
  { estimatedTokens, tellsPressure }: CompiledContext,
): Pick<ContextState, 'tokenRatio' | 'pressureTold'> {
  const observed = promptTokens === 0 ? state.tokenRatio : promptTokens / estimatedTokens
  // A count that is far too low is that of a provider that dropped a part of the request, or counts something else.
  const believed = observed < LEAST_RATIO ? state.tokenRatio : Math.min(observed, LARGEST_RATIO)
  const tokenRatio = state.tokenRatio * (1 - WEIGHT_OF_NEWEST) + believed * WEIGHT_OF_NEWEST
  return { tokenRatio, pressureTold: state.pressureTold || tellsPressure }
}
