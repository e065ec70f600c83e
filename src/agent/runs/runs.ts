import { toTimestamp } from '../../core/clock.ts'
import { defaultConversation } from '../../core/conversation.ts'
import { UserError } from '../../core/errors.ts'
import { type AgentId, newId, type RunId } from '../../core/ids.ts'
import { checkLength, LIMITS } from '../../core/limits.ts'
import type { Message } from '../../core/message.ts'
import type { MessageToAgent } from '../../core/message-to-agent.ts'
import type { Page } from '../../core/page.ts'
import {
  type AcceptedRun,
  type Run,
  type RunStep,
  type RunView,
  waitsForClient,
  waitsForModel,
} from '../../core/run.ts'
import type { ToolSpec } from '../../llm/model.ts'
import { findAgent } from '../../memory/find-agent.ts'
import type { RunFilter } from '../../storage/port/store.ts'
import { acceptMessage } from '../inbox/accept-message.ts'
import { checkMessage } from '../inbox/check-message.ts'
import { findReceiver } from '../inbox/find-receiver.ts'
import { findRun } from '../inbox/find-run.ts'
import { runOfKey } from '../inbox/run-key.ts'
import { type TakenPicture, takePictures } from '../inbox/take-pictures.ts'
import { requestEnd } from '../loop/cancel-run.ts'
import { type ApprovalAnswer, answerApproval, approvedRun } from './answer-approval.ts'
import { answerClient, type ClientAnswered, type ReadAnswer } from './answer-client.ts'
import { askClient, type ClientAsk } from './ask-client.ts'
import { type Broadcast, type BroadcastMessage, broadcast } from './broadcast.ts'
import type { RunsOptions } from './runs-options.ts'
import { unsettledRuns } from './unsettled-runs.ts'
import { viewQueued, viewRun } from './view-run.ts'
import { waitSettled } from './wait-settled.ts'

/** Time for the working process to learn of a cancelled run. Chosen by hand. */
const CANCEL_PATIENCE_MILLISECONDS = 3_000

/** Sends messages to agents and follows their runs. */
export function createRuns(options: RunsOptions) {
  const { store, clock, wake, onChange } = options
  const unsettled = unsettledRuns(onChange)
  const waiting = { store, onChange, unsettled }
  const view = (id: string, agentId?: AgentId): Promise<RunView> => viewRun(store, id, agentId)
  return {
    async send(message: MessageToAgent): Promise<RunView> {
      const { run, isNew } = await send(options, unsettled, message)
      return isNew ? viewQueued(store, run) : view(run.id)
    },

    async broadcast(message: BroadcastMessage): Promise<Broadcast> {
      return broadcast(options, message)
    },

    /** The request for a client's model; undefined: the run does not (or no longer) wait for one. */
    async askClient(id: RunId): Promise<ClientAsk | undefined> {
      return askClient(store, options.registry, id, clock())
    },

    async answerClient(
      id: RunId,
      ask: string,
      read: (tools: readonly ToolSpec[]) => ReadAnswer,
    ): Promise<ClientAnswered> {
      return answerClient(options, id, ask, read)
    },

    /** With `agentId`: only a run of that agent. */
    get: view,

    async list({
      agent,
      parentRunId,
      ...filter
    }: Omit<RunFilter, 'agentId' | 'parentRunId'> & {
      readonly agent?: string | undefined
      readonly parentRunId?: string | undefined
    }): Promise<Page<Run>> {
      const found = agent === undefined ? undefined : await findAgent(store.agents, agent)
      const parent = parentRunId === undefined ? undefined : (await view(parentRunId)).run.id
      return store.runs.list({ ...filter, agentId: found?.id, parentRunId: parent })
    },

    async wait(id: RunId, milliseconds: number, signal: AbortSignal): Promise<RunView> {
      await waitSettled(waiting, id, milliseconds, signal)
      return view(id)
    },

    async cancel(id: string): Promise<RunView> {
      const { id: runId } = await findRun(store, id)
      const at = toTimestamp(clock())
      await store.transaction((tx) => requestEnd(tx, runId, at))
      wake()
      await waitSettled(waiting, runId, CANCEL_PATIENCE_MILLISECONDS)
      return view(runId)
    },

    /** Answers for a call that waits for approval; the run goes on by itself. */
    async respond(id: string, answer: ApprovalAnswer): Promise<RunView> {
      const at = toTimestamp(clock())
      const answered = await store.transaction(async (tx) => {
        const run = await approvedRun(tx, await findRun(tx, id), answer.callId)
        await answerApproval(tx, options.registry, run, answer, at)
        return viewRun(tx, id)
      })
      wake()
      return answered
    },

    async messages(id: RunId): Promise<readonly Message[]> {
      return store.messages.ofRun(id)
    },

    timeline: (id: RunId): Promise<readonly RunStep[]> => store.runs.steps(id),
  }
}

async function send(
  options: RunsOptions,
  unsettled: Set<RunId>,
  message: MessageToAgent,
): Promise<{ readonly run: AcceptedRun; readonly isNew: boolean }> {
  const { store, models, clock, owner, wake, expect } = options
  checkLength('The idempotency key', message.idempotencyKey ?? '', LIMITS.idempotencyKey)
  const inputs = message.inputs?.map(({ role, text }) => ({ role, text: checkMessage(text) }))
  const clean = { ...message, text: checkMessage(message.text), inputs }
  const pictures = await picturesOf(options, clean)
  const acceptance = { id: newId('run'), acceptedBy: owner, at: toTimestamp(clock()), pictures }
  unsettled.add(acceptance.id)
  const run = await store
    .transaction((tx) => acceptMessage(tx, models, clean, acceptance))
    .catch((error) => {
      unsettled.delete(acceptance.id)
      throw error
    })
  await lookAgain(options, run, message.samples ?? false)
  if (message.isWatched) expect(run.id)
  const isNew = run.id === acceptance.id
  if (isNew) {
    wake(run)
  } else {
    unsettled.delete(acceptance.id)
    wake()
  }
  return { run, isNew }
}

/** The pictures of a new message; they are not fetched again if it was sent before. */
async function picturesOf(
  { store, models, fetchPicture }: RunsOptions,
  { agent: reference, images = [], idempotencyKey, samples = false }: MessageToAgent,
): Promise<readonly TakenPicture[]> {
  if (images.length === 0) return []
  const { agent } = await findReceiver(store, reference)
  const wasSent =
    idempotencyKey !== undefined && (await runOfKey(store, agent.id, idempotencyKey)) !== undefined
  if (wasSent) return []
  const { ranOn } = await store.conversations.contextState(defaultConversation(agent.id))
  const chosen = await models.resolveFor({ model: agent.model, ranOn }, { samples })
  if (chosen.kind === 'model' && !(await chosen.model.sees())) throw seesNone(chosen.model.handle)
  return takePictures(images, fetchPicture)
}

function seesNone(handle: string): UserError {
  return new UserError(
    'unsupported',
    `${handle} sees no images; nothing was sent. Say in words what they show, or give the agent another model with update_agent.`,
  )
}

/** A message sent again lets its run choose a model anew: that of the client it comes from now, or another. */
async function lookAgain(options: RunsOptions, run: Run, samples: boolean): Promise<void> {
  const { store, clock, owner } = options
  const at = toTimestamp(clock())
  if (waitsForModel(run) && samples) {
    await store.transaction((tx) => tx.runs.goOn(run.id, { samples, acceptedBy: owner }, at))
    return
  }
  if (!waitsForClient(run) || !(samples || (await hasOwnModel(options, run)))) return
  await store.transaction((tx) => tx.runs.lookAgain(run.id, { samples, acceptedBy: owner }, at))
}

/** Whether the agent got a model, or the server a key, while it waited for a client. */
async function hasOwnModel({ store, models }: RunsOptions, { agentId }: Run): Promise<boolean> {
  const agent = await store.agents.get(agentId)
  if (!agent) return false
  try {
    return !(await models.resolve(agent.model, { samples: true })).isClients
  } catch (error) {
    if (error instanceof UserError) return false
    throw error
  }
}
