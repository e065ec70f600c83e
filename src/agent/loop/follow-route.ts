import type { Timestamp } from '../../core/clock.ts'
import { deriveId } from '../../core/derive-id.ts'
import { UserError } from '../../core/errors.ts'
import type { Run } from '../../core/run.ts'
import type { Transaction } from '../../storage/port/store.ts'
import { childOrigin } from '../../teams/origin.ts'
import { openGuestConversation, routeCall } from '../handoff/routed.ts'
import { sentPictures } from '../handoff/sent-pictures.ts'
import { checkCircle, checkRoomInTree } from '../tools/begin-run.ts'
import { cancelRun } from './cancel-run.ts'
import { completeRun, failRun } from './finish-run.ts'
import type { HeldRun } from './held.ts'
import { parkForAgents } from './park-for-agents.ts'

export interface Following {
  readonly run: HeldRun
  readonly stored: Run
  /** How long the run waits for the other agent, in milliseconds. */
  readonly patience: number
  readonly at: Timestamp
}

/**
 * Passes a user's message on if its conversation was handed off, waits for the answer, and ends with it. False: the
 * agent answers itself.
 */
export async function followRoute(tx: Transaction, following: Following): Promise<boolean> {
  const { run, stored, at } = following
  if (stored.sender !== 'user') return false
  const [target] = await tx.runs.targetsOf(routeCall(run.id))
  if (target === undefined) return (await passOn(tx, following)) && parkForAgents(tx, run, at)
  if (await parkForAgents(tx, run, at)) return true
  const answered = await tx.runs.get(target)
  // Its agent was deleted, and the route with it.
  if (!answered) return false
  await endAs(tx, run, stored, answered, at)
  return true
}

async function passOn(tx: Transaction, { run, stored, patience, at }: Following): Promise<boolean> {
  const route = await tx.conversations.route(stored.conversationId)
  const agent = route && (await tx.agents.get(route.agentId))
  if (!agent) return false
  try {
    await tx.runs.lockWaits()
    await checkRoomInTree(tx, stored, 1)
    const conversation = await openGuestConversation(tx, stored.conversationId, agent, at)
    await checkCircle(tx, stored, { conversation })
    const { input: text, inputs, maxSteps, scopes } = stored
    const message = { agent: agent.id, conversation, text, inputs, maxSteps, scopes }
    const origin = { ...childOrigin(stored, 'wait'), sender: 'user', senderAgentId: null } as const
    const begun = await run.accept(tx, message, {
      id: deriveId('run', routeCall(run.id)),
      at,
      origin,
      pictures: await sentPictures(tx, stored),
    })
    const until = new Date(Date.parse(at) + patience).toISOString()
    const wait = { runId: run.id, callId: routeCall(run.id), targetId: begun.id, until }
    await tx.runs.wait(wait)
    return true
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const why = `The message could not be passed on to ${agent.name}: ${error.message}`
    await tx.runs.setWarnings(run.id, [...stored.warnings, why])
    return false
  }
}

/** The run ends as the one ended that its message was passed on to. */
async function endAs(
  tx: Transaction,
  run: HeldRun,
  stored: Run,
  answered: Run,
  at: Timestamp,
): Promise<void> {
  const { status, stopReason, error } = answered
  if (status === 'failed' && error) {
    await failRun(tx, run, stopReason ?? 'model_error', error, at)
    return
  }
  if (status === 'cancelled') {
    await cancelRun(tx, run, at)
    await tx.runs.release(run.lease)
    return
  }
  const late =
    status === 'completed'
      ? answered.warnings
      : ['No reply yet: the agent that has this conversation goes on. Look later.']
  const warnings = [...stored.warnings, ...late]
  await completeRun(tx, run, stopReason ?? 'end_turn', warnings, at)
}
