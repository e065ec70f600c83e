import { type Clock, toTimestamp } from '../../core/clock.ts'
import { withDeadline } from '../../core/deadline.ts'
import { UserError } from '../../core/errors.ts'
import type { Change } from '../../core/event.ts'
import { type AgentId, isId, newId, type RunId } from '../../core/ids.ts'
import { checkLength, isLonger, LIMITS } from '../../core/limits.ts'
import { type Message, spokenText } from '../../core/message.ts'
import type { Page } from '../../core/page.ts'
import {
  DEFAULT_MAX_STEPS,
  isSettled,
  type ModelUsage,
  type Run,
  waitsForClient,
} from '../../core/run.ts'
import { cleanText, countCharacters } from '../../core/text.ts'
import type { ModelRegistry, ModelWords, ToolSpec } from '../../llm/model.ts'
import { findAgent } from '../../memory/find-agent.ts'
import type { Reads, RunFilter, Store } from '../../storage/port/store.ts'
import { storeWords } from '../loop/client-answer.ts'
import { cancelRun } from '../loop/finish-run.ts'
import { openRun } from '../loop/open-run.ts'
import { innerTools } from '../tools/index.ts'
import { toolSpecs } from '../tools/tool-specs.ts'
import {
  type ApprovalAnswer,
  answerApproval,
  type PendingApproval,
  pendingApprovals,
} from './answer-approval.ts'
import { askClient, type ClientAsk, isMissing } from './ask-client.ts'
import { runOfKey } from './run-key.ts'
import { waitingWarnings } from './waiting-warnings.ts'

/** A message is read whole at every step until it leaves the context; longer texts belong into the archive. */

/** Within this time whoever works on a cancelled run has heard of it. */
const CANCEL_PATIENCE_MILLISECONDS = 3_000

export interface RunView {
  readonly run: Run
  /** What the agent said to the user in this run so far. */
  readonly reply: string
  readonly pendingApprovals: readonly PendingApproval[]
  readonly usageByModel?: readonly ModelUsage[]
}

/** What became of an answer that a client brought. */
export interface ClientAnswered {
  readonly view: RunView
  /** Why the answer changed nothing; absent: the run goes on with it. */
  readonly problem?: string
}

export interface RunsOptions {
  readonly store: Store
  readonly models: Pick<ModelRegistry, 'checkSender' | 'resolve'>
  readonly clock: Clock
  /** Names this process as the one that acknowledges. */
  readonly owner: string
  /** There is something to do. */
  readonly wake: () => void
  readonly onChange: (listener: (change: Change) => void) => () => void
}

/** Messages to agents, and what becomes of them. */
export function createRuns({ store, models, clock, owner, wake, onChange }: RunsOptions) {
  async function view(reads: Reads, run: Run): Promise<RunView> {
    const messages = await reads.messages.ofRun(run.id)
    const said = messages.filter((message) => message.role === 'assistant').map(spokenText)
    return {
      run: { ...run, warnings: [...run.warnings, ...(await waitingWarnings(reads, run))] },
      reply: said.filter((text) => text !== '').join('\n'),
      pendingApprovals: await pendingApprovals(reads, run),
      // Whoever waits looks again and again; what it took is told in the end.
      ...(isSettled(run.status) && { usageByModel: await reads.runs.usageByModel(run.id) }),
    }
  }

  async function find(reads: Reads, id: string, agentId?: AgentId): Promise<Run> {
    const run = isId('run', id) ? await reads.runs.get(id) : undefined
    if (run && (agentId === undefined || run.agentId === agentId)) return run
    throw new UserError(
      'not_found',
      `There is no run ${id}. The run_id is in the result of send_message.`,
    )
  }

  /** The run of a message that is sent again looks anew for a model: that of the client it comes from now, or another. */
  async function takeUp(run: Run, samples: boolean): Promise<void> {
    if (!waitsForClient(run) || !(samples || (await hasOwnModel(run)))) return
    const at = toTimestamp(clock())
    await store.transaction((tx) => tx.runs.lookAgain(run.id, { samples, acceptedBy: owner }, at))
  }

  /** The agent was given a model, or the server a key, while it waited for a client. */
  async function hasOwnModel({ agentId }: Run): Promise<boolean> {
    const agent = await store.agents.get(agentId)
    if (!agent) return false
    try {
      return !(await models.resolve(agent.model, { samples: true })).isClients
    } catch (error) {
      if (error instanceof UserError) return false
      throw error
    }
  }

  return {
    async send(message: {
      readonly agent: string
      readonly text: string
      readonly idempotencyKey?: string | undefined
      readonly maxSteps?: number | undefined
      /** The client can answer with a model of its own. */
      readonly samples?: boolean | undefined
    }): Promise<RunView> {
      const text = cleanText(message.text)
      if (text.trim() === '')
        throw new UserError('invalid_argument', 'The message is empty. Say something to the agent.')
      if (isLonger(text, LIMITS.message)) {
        throw new UserError(
          'limit_exceeded',
          `A message holds at most ${LIMITS.message} characters and this one has ${countCharacters(text)}. Put long texts into the archive with insert_archival, and refer to them.`,
        )
      }
      const id = newId('run')
      const at = toTimestamp(clock())
      const { idempotencyKey: key = null, samples = false } = message
      checkLength('The idempotency key', key ?? '', LIMITS.idempotencyKey)
      const accepted = await store.transaction(async (tx) => {
        const agent = await findAgent(tx.agents, message.agent)
        const known = key === null ? undefined : await runOfKey(tx, agent.id, key)
        if (known) return sameMessage(known, text)
        models.checkSender(agent.model, { samples })
        await tx.runs.insert({
          id,
          agentId: agent.id,
          input: text,
          idempotencyKey: key,
          maxSteps: message.maxSteps ?? DEFAULT_MAX_STEPS,
          acceptedBy: owner,
          clientSamples: samples,
          createdAt: at,
        })
        return find(tx, id)
      })
      await takeUp(accepted, samples)
      wake()
      return view(store, await find(store, accepted.id))
    },

    /** What the model of a client is to be asked; undefined: the run does not wait for one (any more). */
    async askClient(id: RunId): Promise<ClientAsk | undefined> {
      return askClient(store, id, clock())
    },

    /** `read` makes sense of the answer, given the tools that the agent has. */
    async answerClient(
      id: RunId,
      ask: string,
      read: (tools: readonly ToolSpec[]) => ReadAnswer,
    ): Promise<ClientAnswered> {
      const run = await find(store, id)
      const agent = await store.agents.get(run.agentId)
      const answer = read(agent ? toolSpecs(agent.agentType, innerTools(agent.tools)) : [])
      const isEmpty = answer.kind === 'words' && (await isMissing(store, run, answer.words))
      const problem = answer.kind === 'invalid' ? answer.problem : isEmpty ? EMPTY : undefined
      if (answer.kind === 'invalid' || problem !== undefined) {
        return {
          view: await view(store, run),
          problem: `The answer of the client's model can't be used: ${problem}.`,
        }
      }
      const at = toTimestamp(clock())
      const brought = { ask, answer: storeWords(answer.words), acceptedBy: owner }
      const isTaken = await store.transaction((tx) => tx.runs.answerAsk(id, brought, at))
      wake()
      const now = await view(store, await find(store, id))
      return isTaken ? { view: now } : { view: now, problem: STALE }
    },

    /** With `agentId`: only if it is a run of that agent. */
    async get(id: string, agentId?: AgentId): Promise<RunView> {
      return view(store, await find(store, id, agentId))
    },

    async list({
      agent,
      ...filter
    }: Omit<RunFilter, 'agentId'> & { readonly agent?: string | undefined }): Promise<Page<Run>> {
      const found = agent === undefined ? undefined : await findAgent(store.agents, agent)
      return store.runs.list({ ...filter, agentId: found?.id })
    },

    async wait(id: RunId, milliseconds: number, signal: AbortSignal): Promise<RunView> {
      await settled(id, milliseconds, signal)
      return view(store, await find(store, id))
    },

    async cancel(id: string): Promise<RunView> {
      const { id: runId } = await find(store, id)
      const at = toTimestamp(clock())
      const messageId = newId('message')
      await store.transaction(async (tx) => {
        if (!(await tx.runs.requestCancel(runId, at))) return
        const run = await find(tx, runId)
        if (run.status === 'running') return
        // Nobody works on it, so nobody else would end it. What the user said stays in the history all the same.
        const agent = await tx.agents.get(run.agentId)
        if (agent) await openRun(tx, run, agent, messageId, at)
        await cancelRun(tx, run, at)
      })
      await settled(runId, CANCEL_PATIENCE_MILLISECONDS)
      return view(store, await find(store, runId))
    },

    /** Answers for a call that waits for approval; the run goes on by itself. */
    async respond(id: string, answer: ApprovalAnswer): Promise<RunView> {
      const at = toTimestamp(clock())
      const answered = await store.transaction(async (tx) => {
        const run = await find(tx, id)
        await answerApproval(tx, run, answer, at)
        return view(tx, await find(tx, id))
      })
      wake()
      return answered
    },

    async messages(id: RunId): Promise<readonly Message[]> {
      return store.messages.ofRun(id)
    },
  }

  /** Listens first and looks then, so that no change falls in between. */
  async function settled(id: RunId, milliseconds: number, signal?: AbortSignal): Promise<void> {
    const changed = createSignal()
    const stopListening = onChange((change) => {
      // With its agent a run is deleted, which no change of its own tells.
      if (change.kind === 'agent' || change.subjectId === id) changed.raise()
    })
    try {
      await withDeadline(signal, milliseconds, async (over) => {
        over.addEventListener('abort', changed.raise, { once: true })
        for (;;) {
          const state = await store.runs.state(id)
          if (!state || isSettled(state.status) || over.aborted) return
          await changed.next()
        }
      })
    } finally {
      stopListening()
    }
  }
}

/** A flag that can be waited for; raised while nobody waits, it is still there for the next who does. */
function createSignal() {
  let raised = false
  let resolve: (() => void) | undefined
  return {
    raise(): void {
      raised = true
      resolve?.()
    },
    async next(): Promise<void> {
      if (!raised) {
        await new Promise<void>((done) => {
          resolve = done
        })
      }
      raised = false
    },
  }
}

/** An answer as whoever knows its form reads it. */
export type ReadAnswer =
  | { readonly kind: 'words'; readonly words: ModelWords }
  | { readonly kind: 'invalid'; readonly problem: string }

const EMPTY = 'it is empty'
const STALE =
  'The answer that this call brought came too late and changed nothing: the run has gone on, has ended, or was taken up by another call.'

function sameMessage(run: Run, text: string): Run {
  if (run.input === text) return run
  throw new UserError(
    'conflict',
    `The idempotency key was used for another message (run ${run.id}). Use a new key for a new message, or repeat the same message to get its run.`,
  )
}
