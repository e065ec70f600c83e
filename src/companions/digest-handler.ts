import type { Agent } from '../core/agent.ts'
import { toTimestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import { type AgentId, newId } from '../core/ids.ts'
import type { Run } from '../core/run.ts'
import { PROMPTS } from '../generated/prompts.ts'
import type { JobEnd, JobHandler, JobWork } from '../jobs/job-handler.ts'
import type { Store } from '../storage/port/store.ts'
import { awaitRun, beginBackgroundRun } from './background-run.ts'
import { checkModel } from './check-model.ts'
import { companionId, followSettings, shareBlocks } from './companion.ts'
import {
  type DigestRequest,
  type DigestState,
  readDigestRequest,
  readDigestState,
} from './digest-request.ts'
import { digestPart } from './digests.ts'
import { messageRoom } from './message-room.ts'
import { type Page, readPage, renderPage } from './read-page.ts'
import { type BackgroundTools, whyFailed } from './sleep-handler.ts'
import { restOfDay } from './spent.ts'

/* All chosen by hand. */
const MAX_PAGE_TOKENS = 4_000
const MAX_FAILURES = 5

/**
 * Gives the pages of a source to a reader, one after another. Each page is a run of its own in an empty context, and the
 * next one begins when it has written: the state says which run reads which page, so a page is written once.
 */
export function createDigestHandler(tools: BackgroundTools): JobHandler {
  return {
    async run(work, signal) {
      const { store, job } = work
      const state = readDigestState(job.state)
      const run = state.runId === null ? undefined : await store.runs.get(state.runId)
      if (run && run.completedAt === null) return awaitRun(run.id, tools.clock())
      const after = await afterRun(store, state, run)
      signal.throwIfAborted()
      if (after.failures > state.failures) return afterFailure(tools, work, after, run)
      const rest = await restOfDay(store, tools.maxTokensPerDay, tools.clock())
      return rest ? putAside(work, after, rest) : turnPage(tools, work, after)
    },
  }
}

/** A page counts as read if the run has written, however it ended: nothing is written twice. */
async function afterRun(
  store: Store,
  state: DigestState,
  run: Run | undefined,
): Promise<DigestState> {
  if (state.runId === null || !state.next) return state
  const over = { ...state, runId: null, next: null }
  const calls = run ? await store.runs.calls(run.id) : []
  const hasWritten = calls.some(({ status }) => status === 'success')
  if (!hasWritten) return { ...over, failures: state.failures + 1 }
  const { after, offset, passages } = state.next
  const read = { pages: state.pages + 1, passages: state.passages + passages }
  return { ...over, ...read, after, offset, failures: 0 }
}

async function afterFailure(
  { clock, firstPauseMilliseconds }: BackgroundTools,
  work: JobWork,
  state: DigestState,
  run: Run | undefined,
): Promise<JobEnd> {
  const { code, message } = whyFailed(run)
  if (state.failures >= MAX_FAILURES) {
    await keep(work, { ...state, failures: 0 })
    throw new UserError(
      'conflict',
      `Page ${state.pages + 1} was not written: ${message} Call digest_source again with the same arguments to go on from there.`,
    )
  }
  const pause = firstPauseMilliseconds * 2 ** (state.failures - 1)
  return putAside(work, state, { kind: 'later', at: clock() + pause, error: { code, message } })
}

async function putAside(work: JobWork, state: DigestState, end: JobEnd): Promise<JobEnd> {
  await keep(work, state)
  return end
}

function keep({ save }: JobWork, state: DigestState): Promise<void> {
  return save(async () => undefined, { done: state.passages, state: JSON.stringify(state) })
}

async function turnPage(
  tools: BackgroundTools,
  work: JobWork,
  state: DigestState,
): Promise<JobEnd> {
  const { store, job } = work
  const request = readDigestRequest(job.input)
  const agent = job.agentId === null ? undefined : await store.agents.get(job.agentId)
  if (!agent) throw new Error('the agent is gone, and its jobs with it')
  const at = toTimestamp(tools.clock())
  const reader = companionId(agent.id, digestPart(request.label))
  const room = await roomFor(store, reader, agent, request)
  const page = await readPage(store, agent.id, request.source, state, room, at)
  if (!page) {
    await keep(work, state)
    return { kind: 'done', report: describe(state, request) }
  }
  await checkModel(tools.models, store, agent, reader)
  return read(tools, work, agent, request, page, state)
}

async function read(
  { clock }: BackgroundTools,
  { store, save, job }: JobWork,
  agent: Agent,
  request: DigestRequest,
  page: Page,
  state: DigestState,
): Promise<JobEnd> {
  const reader = companionId(agent.id, digestPart(request.label))
  const block = await store.blocks.find(agent.id, request.label)
  const runId = newId('run')
  const input = renderPage(page, state.pages + 1, request)
  const begun: DigestState = { ...state, runId, next: page.next }
  await save(
    async (tx, at) => {
      const companion = await tx.agents.get(reader)
      if (!companion || !block) {
        throw new UserError(
          'not_found',
          `The block "${request.label}" or its reader is gone. Call digest_source again.`,
        )
      }
      await shareBlocks(tx, reader, [block], at)
      await followSettings(tx, companion, agent, { model: agent.model }, at)
      await beginBackgroundRun(tx, { id: runId, agentId: reader, jobId: job.id, input }, at)
    },
    { done: state.passages, state: JSON.stringify(begun) },
  )
  return awaitRun(runId, clock())
}

async function roomFor(
  store: Store,
  reader: AgentId,
  { contextWindow }: Agent,
  { instruction }: DigestRequest,
): Promise<number> {
  const prompts = [PROMPTS['digest-page'], instruction]
  return Math.min(MAX_PAGE_TOKENS, await messageRoom(store, reader, contextWindow, prompts))
}

function describe({ pages, passages }: DigestState, { source, label }: DigestRequest): string {
  const read = passages === 1 ? '1 passage' : `${passages} passages`
  const on = pages === 1 ? '1 page' : `${pages} pages`
  return `Read ${read} of ${source} on ${on} into the block ${label}.`
}
