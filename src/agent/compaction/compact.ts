import type { Compacted } from '../../core/agent-view.ts'
import type { Timestamp } from '../../core/clock.ts'
import { withDeadline } from '../../core/deadline.ts'
import { estimateTokens } from '../../core/estimate-tokens.ts'
import { type AgentId, newId } from '../../core/ids.ts'
import type { Message } from '../../core/message.ts'
import { NO_USAGE, type TokenUsage } from '../../core/run.ts'
import type { ChatModel } from '../../llm/model.ts'
import type { Transaction } from '../../storage/port/store.ts'
import type { CompiledContext, ContextInput } from '../context/compile-context.ts'
import { renderSummary } from '../context/system-prompt.ts'
import { sleeptimeJob } from '../inbox/sleeptime-job.ts'
import { forgetUnusedTools } from './forget-tools.ts'
import { type CompactionPlan, planCompaction } from './plan-compaction.ts'
import { writeSummary } from './write-summary.ts'

/** Largest share of the context window for the summary, however much it covers. Chosen by hand. */
const SUMMARY_SHARE = 0.1
/** Chosen by hand. */
const MAX_SUMMARY_TOKENS = 2_000
/** The user waits no longer than this for a summary, however slow the model is. Chosen by hand. */
const SUMMARY_MILLISECONDS = 120_000

export function summaryBudget(window: number): number {
  return Math.min(MAX_SUMMARY_TOKENS, Math.floor(window * SUMMARY_SHARE))
}

/** Target after a refusal for length, as a share of the refused request. Chosen by hand. */
const SHARE_AFTER_REFUSAL = 0.5

/** The plan for compacting now, or after a refusal for length; undefined: no message can be evicted. */
export function nextCompaction(
  input: ContextInput,
  compiled: CompiledContext,
  wasRefused = false,
): CompactionPlan | undefined {
  const { window, totalTokens } = compiled
  const history = compiled.history.map((message) => ({
    ...message,
    tokens: Math.ceil(message.tokens * input.state.tokenRatio),
  }))
  const messageTokens = history.reduce((sum, { tokens }) => sum + tokens, 0)
  return planCompaction({
    // The user's message that opens a turn without its first steps was evicted before; it is only kept visible.
    messages: history.filter(({ seq }) => seq >= input.state.from),
    fixedTokens: totalTokens - messageTokens + summaryBudget(window),
    targetTokens: Math.min(
      window * input.agent.settings.compactionTarget,
      wasRefused ? totalTokens * SHARE_AFTER_REFUSAL : Number.POSITIVE_INFINITY,
    ),
  })
}

/** The request would exceed the threshold, so the context must be compacted first. */
export function isTooFull(input: ContextInput, { totalTokens, window }: CompiledContext): boolean {
  return totalTokens > window * input.agent.settings.compactionThreshold
}

export interface CompactOptions {
  readonly input: ContextInput
  readonly plan: CompactionPlan
  readonly window: number
  /** Writes the summary; undefined: no model is available. */
  readonly model: ChatModel | undefined
  readonly signal: AbortSignal
  /** Runs the one transaction that changes the context. */
  readonly commit: (work: (tx: Transaction, at: Timestamp) => Promise<void>) => Promise<void>
}

export interface PaidCompaction extends Compacted {
  readonly usage: TokenUsage
}

/**
 * Evicts the planned messages and puts a summary in their place. The summary is written first, outside any transaction;
 * then everything changes at once, unless another process has compacted meanwhile.
 */
export async function compact(options: CompactOptions): Promise<PaidCompaction> {
  const { input, plan, window, model, signal } = options
  const { agent, conversationId, state } = input
  const [first, ...rest] = plan.evicted
  const last: Message = rest.at(-1) ?? first
  const drops = agent.settings.compactionMode === 'drop'
  const written = drops
    ? undefined
    : await withDeadline(signal, SUMMARY_MILLISECONDS, (limited) =>
        writeSummary({
          model,
          previous: state.summary?.text ?? '',
          evicted: plan.evicted,
          // In estimated tokens, since the writer measures in those; the text around the summary counts as part of it.
          budgetTokens:
            Math.floor(summaryBudget(window) / Math.max(1, state.tokenRatio)) -
            estimateTokens(renderSummary({ text: '', until: last.createdAt, toSeq: last.seq })),
          windowTokens: window,
          signal: limited,
        }),
      )
  // Stopping the run stops the compaction as well: nothing has changed yet, and the next step starts over.
  if (signal.aborted) return { evicted: 0, method: 'none', usage: written?.usage ?? NO_USAGE }
  const id = newId('summary')
  let isDone = false
  const spend = async (tx: Transaction, at: Timestamp) => {
    if (written) await tx.tokenUse.add('summary', agent.id, written.usage, at)
  }
  await options.commit(async (tx, at) => {
    const current = await tx.conversations.contextState(conversationId)
    isDone = current.from === state.from
    if (!isDone) return spend(tx, at)
    await noteSoon(tx, agent.id, at)
    await tx.conversations.setContext(
      conversationId,
      {
        from: plan.keepFrom,
        pressureTold: false,
        ...(written && {
          summary: {
            id,
            text: written.text,
            fromSeq: first.seq,
            toSeq: plan.keepFrom - 1,
            until: last.createdAt,
            method: written.method,
          },
        }),
      },
      at,
    )
    await forgetUnusedTools(
      tx,
      agent,
      input.history.filter(({ seq }) => seq >= plan.keepFrom),
    )
    await spend(tx, at)
  })
  return {
    evicted: isDone ? plan.evicted.length : 0,
    usage: written?.usage ?? NO_USAGE,
    method: written?.method ?? 'none',
    ...(written !== undefined && { summary: written.text }),
    ...(written?.problem !== undefined && { problem: written.problem }),
  }
}

/** Messages that leave the context are only found by search, so notes on them are written now. */
async function noteSoon(tx: Transaction, agentId: AgentId, at: Timestamp): Promise<void> {
  const sleeptime = await tx.sleeptime.get(agentId)
  if (sleeptime?.isEnabled && sleeptime.writesNotes) await tx.jobs.insert(sleeptimeJob(agentId, at))
}
