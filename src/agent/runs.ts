import { type Clock, toTimestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import type { Change } from '../core/event.ts'
import { type AgentId, isId, newId, type RunId } from '../core/ids.ts'
import { type Message, spokenText } from '../core/message.ts'
import type { Page } from '../core/page.ts'
import { DEFAULT_MAX_STEPS, isSettled, type Run } from '../core/run.ts'
import { cleanText, countCharacters } from '../core/text.ts'
import { findAgent } from '../memory/find-agent.ts'
import type { Reads, RunFilter, Store } from '../storage/store.ts'
import {
  type ApprovalAnswer,
  answerApproval,
  type PendingApproval,
  pendingApprovals,
} from './answer-approval.ts'
import { cancelRun } from './run/finish-run.ts'
import { openRun } from './run/open-run.ts'

/** A message is read whole at every step until it leaves the context; longer texts belong into the archive. */
const LONGEST_MESSAGE = 200_000

/** Within this time whoever works on a cancelled run has heard of it. */
const CANCEL_PATIENCE_MILLISECONDS = 3_000

export interface RunView {
  readonly run: Run
  /** What the agent said to the user in this run so far. */
  readonly reply: string
  readonly pendingApprovals: readonly PendingApproval[]
}

export interface RunsOptions {
  readonly store: Store
  readonly clock: Clock
  /** Names this process as the one that acknowledges. */
  readonly owner: string
  /** There is something to do. */
  readonly wake: () => void
  readonly onChange: (listener: (change: Change) => void) => () => void
}

/** Messages to agents, and what becomes of them. */
export function createRuns({ store, clock, owner, wake, onChange }: RunsOptions) {
  async function view(reads: Reads, run: Run): Promise<RunView> {
    const messages = await reads.messages.ofRun(run.id)
    const said = messages.filter((message) => message.role === 'assistant').map(spokenText)
    const warnings =
      run.status === 'queued'
        ? [...run.warnings, ...(await waitingBehind(reads, run))]
        : run.warnings
    return {
      run: { ...run, warnings },
      reply: said.filter((text) => text !== '').join('\n'),
      pendingApprovals: await pendingApprovals(reads, run),
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

  return {
    async send(message: {
      readonly agent: string
      readonly text: string
      readonly idempotencyKey?: string | undefined
      readonly maxSteps?: number | undefined
    }): Promise<RunView> {
      const text = cleanText(message.text)
      if (text.trim() === '')
        throw new UserError('invalid_argument', 'The message is empty. Say something to the agent.')
      const size = countCharacters(text)
      if (size > LONGEST_MESSAGE) {
        throw new UserError(
          'limit_exceeded',
          `A message holds at most ${LONGEST_MESSAGE} characters and this one has ${size}. Put long texts into the archive with insert_archival, and refer to them.`,
        )
      }
      const id = newId('run')
      const at = toTimestamp(clock())
      const key = message.idempotencyKey ?? null
      const accepted = await store.transaction(async (tx) => {
        const agent = await findAgent(tx.agents, message.agent)
        const known = key === null ? undefined : await tx.runs.byIdempotencyKey(agent.id, key)
        if (known) return sameMessage(known, text)
        await tx.runs.insert({
          id,
          agentId: agent.id,
          input: text,
          idempotencyKey: key,
          maxSteps: message.maxSteps ?? DEFAULT_MAX_STEPS,
          acceptedBy: owner,
          createdAt: at,
        })
        return find(tx, id)
      })
      wake()
      return view(store, accepted)
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
        await openRun(tx, run, messageId, at)
        await cancelRun(tx, run, at)
      })
      await settled(
        runId,
        CANCEL_PATIENCE_MILLISECONDS,
        AbortSignal.timeout(CANCEL_PATIENCE_MILLISECONDS),
      )
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
  async function settled(id: RunId, milliseconds: number, signal: AbortSignal): Promise<void> {
    const changed = createSignal()
    const stopListening = onChange((change) => {
      // With its agent a run is deleted, which no change of its own tells.
      if (change.kind === 'agent' || change.subjectId === id) changed.raise()
    })
    const over = AbortSignal.any([signal, AbortSignal.timeout(milliseconds)])
    over.addEventListener('abort', changed.raise, { once: true })
    try {
      for (;;) {
        const run = await store.runs.get(id)
        if (!run || isSettled(run.status) || over.aborted) return
        await changed.next()
      }
    } finally {
      stopListening()
      over.removeEventListener('abort', changed.raise)
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

function sameMessage(run: Run, text: string): Run {
  if (run.input === text) return run
  throw new UserError(
    'conflict',
    `The idempotency key was used for another message (run ${run.id}). Use a new key for a new message, or repeat the same message to get its run.`,
  )
}

async function waitingBehind(reads: Reads, run: Run): Promise<readonly string[]> {
  const ahead = await reads.runs.blocking(run.agentId, run.id)
  if (!ahead) return []
  return [
    `Queued behind run ${ahead.id}, which is ${ahead.status}; it is served once that one has ended.`,
  ]
}
