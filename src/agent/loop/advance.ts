import type { Agent } from '../../core/agent.ts'
import type { Timestamp } from '../../core/clock.ts'
import { type MessageId, newId, type StepId } from '../../core/ids.ts'
import type { Message } from '../../core/message.ts'
import { once } from '../../core/once.ts'
import type { Sender } from '../../core/run.ts'
import { isSettled, type Run, type RunError, type StopReason } from '../../core/run.ts'
import type { Claimed, CurrentStep, Standing, Transaction } from '../../storage/port/store.ts'
import type { ContextInput } from '../context/compile-context.ts'
import { countRepeats, REPEATS_TO_STOP } from '../context/find-repeats.ts'
import { HAND_OFF } from '../handoff/routed.ts'
import { decide, mayOnlySpeak } from '../step/decide.ts'
import { judgeStep } from '../step/judge-step.ts'
import { loopArguments } from '../step/plan-calls.ts'
import { readCalls } from '../step/read-calls.ts'
import { readStep } from '../step/read-step.ts'
import { SPEAKING_TOOL } from '../tools/default-tools.ts'
import { awaitAgents, callsToMake } from './await-agents.ts'
import { cancelRun } from './cancel-run.ts'
import { spentToday } from './day-budget.ts'
import { awaitApproval, completeRun, failRun } from './finish-run.ts'
import { followRoute } from './follow-route.ts'
import { type HeldRun, held } from './held.ts'
import { openRun } from './open-run.ts'
import { patienceOf } from './patience.ts'
import type { RunBudget } from './run-budget.ts'

/** The next action of the run. */
export type Next =
  | {
      readonly kind: 'model'
      readonly stepId: StepId
      readonly number: number
      readonly context: ContextInput
      readonly sender: Sender
      /** Another run or the server began it, so no client waits for it. */
      readonly isBegunByRun: boolean
      /** The answer of the client's model; null: none yet. */
      readonly clientAnswer: string | null
    }
  | {
      readonly kind: 'calls'
      readonly agent: Agent
      readonly step: CurrentStep
      readonly speakNow: boolean
    }
  | {
      readonly kind: 'over'
      /** It has ended, and no later run of its conversation is open. */
      readonly isLast?: boolean
    }

const OVER: Next = { kind: 'over' }

/** Attempts at one step. A step started more often than this probably crashes the server each time. Chosen by hand. */
const MAX_ATTEMPTS = 3
const TOO_OFTEN: RunError = {
  code: 'internal',
  message: `The server stopped ${MAX_ATTEMPTS} times in the middle of the same step.`,
  hint: 'The message is kept in the history. Look for the cause in the log of the server, then send another message to continue.',
}

const KEPT = 'The message is kept in the history. Send another one when there are tokens again.'

/** Ids of what a step may add, made outside of its transaction, which may run more than once. */
export interface NewIds {
  readonly step: StepId
  readonly message: MessageId
}

export function newIds(): NewIds {
  return { step: newId('step'), message: newId('message') }
}

/** A step whose answer and results the transaction has stored. */
export interface ClosedStep extends CurrentStep {
  readonly hasSpoken: boolean
}

/** Decides what is next, in the transaction of what was written before. */
export type GoOn = (
  tx: Transaction,
  at: Timestamp,
  known: Pick<Known, 'standing' | 'closed'>,
) => Promise<Next>

/** `advanceIn` in a transaction of its own. */
export async function advance(run: HeldRun, budget: RunBudget, takenUp: boolean): Promise<Next> {
  const ids = newIds()
  return held(run, (tx, at, standing) =>
    advanceIn(tx, run, { budget, takenUp, ids, at, known: { standing } }),
  )
}

export interface Advance {
  readonly budget: RunBudget
  /** The run may come from another process. */
  readonly takenUp: boolean
  readonly ids: NewIds
  readonly at: Timestamp
  readonly known?: Known
}

/** Read or written by the transaction before, and so not read again. */
interface Known {
  /** The run, if the transaction claimed it. */
  readonly claimed?: Pick<Claimed, 'run' | 'agent' | 'isRouted'> | undefined
  /** The run as it is now. */
  readonly standing?: Standing | undefined
  /** The step, if the transaction finished it. */
  readonly closed?: ClosedStep | undefined
}

/**
 * Closes the finished step, decides whether to go on, and opens the next one. It reads only stored state, so it does the
 * same for a run that goes on and for one taken over from another process.
 */
export async function advanceIn(
  tx: Transaction,
  run: HeldRun,
  { budget, takenUp, ids, at, known: { claimed, standing, closed } = {} }: Advance,
): Promise<Next> {
  const here = claimed ?? standing
  const stored = here ? here.run : await tx.runs.get(run.id)
  const agent = here ? here.agent : await tx.agents.get(run.agentId)
  if (!stored || !agent || isSettled(stored)) {
    await tx.runs.release(run.lease)
    return OVER
  }
  await openRun(tx, stored, agent, ids.message, at, claimed !== undefined)
  if (stored.cancelRequested) {
    await cancelRun(tx, run, at)
    await tx.runs.release(run.lease)
    return OVER
  }
  // A run that starts now has no steps.
  const step = closed ?? (stored.startedAt === null ? undefined : await tx.runs.currentStep(run.id))
  const messages = once(() => tx.messages.ofRun(run.id))
  if (takenUp && step && (await tx.runs.countAttempt(step.id, 1)) > MAX_ATTEMPTS) {
    await failRun(tx, run, 'interrupted', TOO_OFTEN, at)
    return OVER
  }
  if (step?.state === 'tools') {
    const open = step.calls.filter((call) => call.state !== 'done')
    if (open.some((call) => call.approval === 'pending')) {
      await awaitApproval(tx, run, step.id, at)
      return OVER
    }
    const speakNow = mayOnlySpeak(step.number, stored.maxSteps)
    if (callsToMake(step).length > 0) return { kind: 'calls', agent, step, speakNow }
    if (open.length > 0 && (await awaitAgents(tx, run, step.id, at))) return OVER
    const made = open.length > 0 ? ((await tx.runs.currentStep(run.id)) ?? step) : step
    if (!closed) await tx.runs.closeStep(step.id, at)
    const hasSpoken = closed?.hasSpoken ?? false
    const isAlone = standing?.hasChildren === false
    const judged = { agent, stored, step: made, hasSpoken, isAlone, messages }
    const end = await stopped(tx, run, judged, budget, at)
    if (end) return end
  }
  if (step?.state === 'model') return modelNext(tx, run, agent, stored, step, messages)
  const last = step?.number ?? (stored.startedAt === null ? 0 : await tx.runs.lastStep(run.id))
  if (last === 0) {
    const today = await spentToday(tx, stored, budget.tokensPerDay, at)
    if (today !== undefined) {
      await failRun(tx, run, 'budget', { code: 'limit_exceeded', message: today, hint: KEPT }, at)
      return OVER
    }
    const patience = patienceOf(run, budget)
    const isOwn = claimed?.run.startedAt === null && !claimed.isRouted
    if (!isOwn && (await followRoute(tx, { run, stored, patience, at }))) return OVER
    // Runs that are begun while others spend the rest of the budget do not begin to work.
    const spent =
      stored.parentRunId === null ? undefined : await treeOverBudget(tx, stored, budget, at)
    if (spent !== undefined) {
      await completeRun(tx, run, 'budget', [...stored.warnings, spent], at)
      return OVER
    }
  }
  const opened = { id: ids.step, number: last + 1, clientAnswer: null }
  await tx.runs.openStep({ id: opened.id, runId: run.id, number: opened.number, at })
  return modelNext(tx, run, agent, stored, opened, messages)
}

async function modelNext(
  tx: Transaction,
  run: HeldRun,
  agent: Agent,
  stored: Run,
  { id, number, clientAnswer }: Pick<CurrentStep, 'id' | 'number' | 'clientAnswer'>,
  messages: () => Promise<readonly Message[]>,
): Promise<Next> {
  return {
    kind: 'model',
    stepId: id,
    number,
    context: await readStep(tx, run.registry, agent, stored, number, run.clock(), messages),
    sender: { samples: stored.clientSamples },
    isBegunByRun: stored.parentRunId !== null || stored.sender === 'system',
    clientAnswer,
  }
}

const NO_PROGRESS =
  'The run was stopped because the agent repeated the same calls with the same results. Say what you want in other words.'

const STUCK =
  "The run was stopped because the agent's tool rules left no tool that could be called. Change them with update_agent if this is not what they are for."

interface JudgedStep {
  readonly agent: Agent
  readonly stored: Run
  readonly step: CurrentStep
  /** It is known to have spoken to the user. */
  readonly hasSpoken: boolean
  /** It is known to have begun no other runs. */
  readonly isAlone: boolean
  /** The messages of the run. */
  readonly messages: () => Promise<readonly Message[]>
}

/** Ends the run if the step just closed was its last. */
async function stopped(
  tx: Transaction,
  run: HeldRun,
  { agent, stored, step, hasSpoken, isAlone, messages }: JudgedStep,
  budget: RunBudget,
  at: Timestamp,
): Promise<Next | undefined> {
  const end = async (reason: StopReason, ...warnings: readonly string[]): Promise<Next> => {
    const ending = [...stored.warnings, ...warnings]
    const isLast = await completeRun(tx, run, reason, ending, at, { agent, hasSpoken })
    return { kind: 'over', isLast }
  }
  if (step.calls.some(({ name, status }) => name === HAND_OFF && status === 'success')) {
    return end('end_turn')
  }
  const rules = judgeStep(agent, await readCalls(tx, agent, run.id), step.number)
  const decision = decide({
    agentType: agent.agentType,
    number: step.number,
    maxSteps: stored.maxSteps,
    finish: step.finish ?? 'stop',
    calls: step.calls.map((call) => ({
      status: call.status ?? 'error',
      // The speaking tool has no heartbeat parameter; a model that invents one would be called again after its answer.
      heartbeat: call.name !== SPEAKING_TOOL && loopArguments(call.arguments).heartbeat,
    })),
    rules,
  })
  if (decision.kind === 'stop') {
    const isStuck = rules.stuck && decision.reason === 'tool_rule'
    return end(decision.reason, ...(isStuck ? [STUCK] : []))
  }
  // Fewer steps can't repeat themselves so often.
  if (step.number >= REPEATS_TO_STOP && countRepeats(await messages()) >= REPEATS_TO_STOP) {
    return end('no_progress', NO_PROGRESS)
  }
  if (rules.due && rules.idle >= REPEATS_TO_STOP) {
    const ignored = `The run was stopped because the agent went on without calling ${rules.due.tools.join(', ')}, which its tool rules want. A model that follows tool_choice may do better.`
    return end('no_progress', ignored)
  }
  const spent =
    overBudget(stored, budget, run.elapsed()) ??
    (await treeOverBudget(tx, stored, budget, at, isAlone)) ??
    (await spentToday(tx, stored, budget.tokensPerDay, at))
  return spent === undefined ? undefined : end('budget', spent)
}

/** The budget of a run binds the runs that it begins, too. */
async function treeOverBudget(
  tx: Transaction,
  { id, rootRunId }: Run,
  budget: RunBudget,
  at: Timestamp,
  hasNone = false,
): Promise<string | undefined> {
  const isAlone = rootRunId === id && (hasNone || (await tx.runs.children(id)).length === 0)
  if (isAlone) return undefined
  const { tokens, runs } = await tx.runs.tree(rootRunId)
  const all = `the ${runs} runs that one message led to`
  if (tokens >= budget.tokens) {
    return `The run was stopped: ${all} took ${tokens} tokens (RECOLLECT_MAX_RUN_TOKENS is ${budget.tokens}). Send another message to go on.`
  }
  const root = await tx.runs.get(rootRunId)
  const seconds = root?.startedAt ? (Date.parse(at) - Date.parse(root.startedAt)) / 1_000 : 0
  if (seconds < budget.seconds) return undefined
  return `The run was stopped: ${all} took ${Math.round(seconds)} s (RECOLLECT_MAX_RUN_SECONDS is ${budget.seconds}). Send another message to go on.`
}

function overBudget({ usage }: Run, budget: RunBudget, elapsed: number): string | undefined {
  if (usage.totalTokens >= budget.tokens) {
    return `The run was stopped after ${usage.totalTokens} tokens (RECOLLECT_MAX_RUN_TOKENS is ${budget.tokens}). Send another message to go on.`
  }
  const seconds = elapsed / 1000
  if (seconds < budget.seconds) return undefined
  return `The run was stopped after ${Math.round(seconds)} s (RECOLLECT_MAX_RUN_SECONDS is ${budget.seconds}). Send another message to go on.`
}
