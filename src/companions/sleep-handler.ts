import type { Agent } from '../core/agent.ts'
import type { Clock } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import { type AgentId, newId } from '../core/ids.ts'
import { isRecord } from '../core/is-record.ts'
import type { JobError } from '../core/job.ts'
import type { Run } from '../core/run.ts'
import { PROMPTS } from '../generated/prompts.ts'
import type { JobEnd, JobHandler, JobWork } from '../jobs/job-handler.ts'
import type { ModelRegistry } from '../llm/model.ts'
import type { Reads, Sleeptime, Store } from '../storage/port/store.ts'
import { awaitRun, beginBackgroundRun } from './background-run.ts'
import { checkModel } from './check-model.ts'
import { followSettings, shareBlocks } from './companion.ts'
import { messageRoom } from './message-room.ts'
import { readWindow, type Window } from './read-window.ts'
import { shareArchives } from './share-archives.ts'
import { sleepTools } from './sleep-part.ts'
import { describeSleep, readSleepState, type SleepState } from './sleep-state.ts'
import { restOfDay } from './spent.ts'

export interface BackgroundTools {
  readonly models: Pick<ModelRegistry, 'resolveFor'>
  readonly clock: Clock
  /** Null: any number. */
  readonly maxTokensPerDay: number | null
  /** Pause after the first failure; doubles with each further one. */
  readonly firstPauseMilliseconds: number
}

/* All chosen by hand. */
const MAX_WINDOW_TOKENS = 20_000
/** A window that fails this often ends the job; the next one takes it along. */
const MAX_FAILURES = 5

/**
 * Gives the sleep-time agent one window after another. Each is a run of its own, and the cursor moves in the transaction
 * that completes it, so a window that fails or is cut off joins the next one.
 */
export function createSleepHandler(tools: BackgroundTools): JobHandler {
  return {
    async run(work) {
      const { store, job } = work
      if (job.agentId === null) throw new Error('sleep-time is for an agent')
      const state = readSleepState(job.state)
      const run = state.runId === null ? undefined : await store.runs.get(state.runId)
      if (run && run.completedAt === null) return awaitRun(run.id, tools.clock())
      const after = afterRun(state, run)
      if (after.failures > state.failures) return afterFailure(tools, work, after, run)
      return (
        (await restOfDay(store, tools.maxTokensPerDay, tools.clock())) ??
        look(tools, work, job.agentId, after)
      )
    },
  }
}

function afterRun(state: SleepState, run: Run | undefined): SleepState {
  if (state.runId === null) return state
  const { windows, messages, pending } = state
  const over = { ...state, runId: null, pending: 0 }
  if (run?.status !== 'completed') return { ...over, failures: state.failures + 1 }
  return { ...over, failures: 0, windows: windows + 1, messages: messages + pending }
}

async function afterFailure(
  { clock, firstPauseMilliseconds }: BackgroundTools,
  { save }: JobWork,
  state: SleepState,
  run: Run | undefined,
): Promise<JobEnd> {
  const error = whyFailed(run)
  if (state.failures >= MAX_FAILURES)
    throw new UserError(
      'conflict',
      `${error.message} The next window takes along what this one had.`,
    )
  await save(async () => undefined, { state: JSON.stringify(state) })
  const pause = firstPauseMilliseconds * 2 ** (state.failures - 1)
  return { kind: 'later', at: clock() + pause, error }
}

export function whyFailed(run: Run | undefined): JobError {
  if (run?.error) return { code: run.error.code, message: run.error.message }
  return { code: 'conflict', message: `The run ${run?.id ?? ''} ended without being completed.` }
}

async function look(
  tools: BackgroundTools,
  work: JobWork,
  agentId: AgentId,
  before: SleepState,
): Promise<JobEnd> {
  const { store, save, job } = work
  const agent = await store.agents.get(agentId)
  const sleeptime = await store.sleeptime.get(agentId)
  const isOnce = isAskedFor(job.input)
  if (!agent || !sleeptime || !(sleeptime.isEnabled || isOnce)) return done(before)
  const target = before.target ?? (await store.messages.last(agentId))
  const state = {
    ...before,
    target: (await isDue(store, sleeptime)) ? await store.messages.last(agentId) : target,
  }
  if (sleeptime.doneTo >= state.target && !isOnce) return done(state, sleeptime)
  const window = await readWindow(
    store,
    sleeptime,
    await roomFor(store, agent, sleeptime),
    tools.clock(),
  )
  // The rest belongs to turns under way; their end begins the next job.
  if (!window) return done(state)
  if (window.text === null) {
    const next = JSON.stringify(state)
    await save((tx) => tx.sleeptime.skip(agentId, sleeptime, window.to), { state: next })
    return { kind: 'later', at: tools.clock() }
  }
  const model = sleeptime.model ?? agent.model
  await checkModel(tools.models, store, { model }, sleeptime.companionId)
  return begin(tools, work, { agent, sleeptime, window, text: window.text, model }, state)
}

/** `goesOn`: a turn that ended meanwhile found this job open, and began none. */
function done(state: SleepState, sleeptime?: Sleeptime): JobEnd {
  const report = describeSleep(state)
  if (!sleeptime) return { kind: 'done', report }
  return { kind: 'done', report, goesOn: (tx) => isDue(tx, sleeptime) }
}

async function isDue(
  { sleeptime }: Pick<Reads, 'sleeptime'>,
  { agentId }: Pick<Sleeptime, 'agentId'>,
): Promise<boolean> {
  const now = await sleeptime.get(agentId)
  if (!now?.isEnabled) return false
  return (await sleeptime.turnsSince(agentId, now.doneTo)) >= now.everyTurns
}

interface Look {
  readonly agent: Agent
  readonly sleeptime: Sleeptime
  readonly window: Window
  readonly text: string
  readonly model: string | null
}

async function begin(
  { clock }: BackgroundTools,
  { store, save, job }: JobWork,
  { agent, sleeptime, window, text, model }: Look,
  state: SleepState,
): Promise<JobEnd> {
  const runId = newId('run')
  const { companionId } = sleeptime
  const tools = sleepTools(sleeptime.writesNotes)
  const blocks = await store.blocks.ofAgent(agent.id)
  const begun = await save(
    async (tx, at) => {
      const taken = { runId, to: window.to.doneTo, passagesTo: window.to.passagesTo }
      if (!(await tx.sleeptime.open(agent.id, sleeptime, taken))) return false
      const companion = await tx.agents.get(companionId)
      if (!companion) return false
      await shareArchives(tx, agent, companionId, at)
      await shareBlocks(tx, companionId, blocks, at)
      await followSettings(tx, companion, agent, { model, tools }, at)
      await beginBackgroundRun(
        tx,
        { id: runId, agentId: companionId, jobId: job.id, input: text },
        at,
      )
      return true
    },
    (isBegun) =>
      isBegun
        ? {
            done: state.windows,
            state: JSON.stringify({ ...state, runId, pending: window.messages }),
          }
        : {},
  )
  // Otherwise a window of an earlier job is still under way; its end is waited for.
  const current = begun ? runId : (await store.sleeptime.get(agent.id))?.window?.runId
  return current === undefined ? { kind: 'later', at: clock() } : awaitRun(current, clock())
}

async function roomFor(
  store: Store,
  { contextWindow }: Agent,
  { companionId, writesNotes }: Sleeptime,
): Promise<number> {
  const notes = writesNotes ? [PROMPTS['sleeptime-notes']] : []
  const prompts = [PROMPTS['sleeptime-window'], PROMPTS['sleeptime-passages'], ...notes]
  return Math.min(MAX_WINDOW_TOKENS, await messageRoom(store, companionId, contextWindow, prompts))
}

function isAskedFor(input: string): boolean {
  const value: unknown = JSON.parse(input)
  return isRecord(value) && value.once === true
}
