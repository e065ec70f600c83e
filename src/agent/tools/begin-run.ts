import type { Timestamp } from '../../core/clock.ts'
import { deriveId } from '../../core/derive-id.ts'
import { UserError } from '../../core/errors.ts'
import { groupOfConversation } from '../../core/group.ts'
import type { Run, RunNotice } from '../../core/run.ts'
import type { Transaction } from '../../storage/port/store.ts'
import { findCircle } from '../../teams/find-circle.ts'
import { type Begun, checkGroupTurns, checkTreeSize, childOrigin } from '../../teams/origin.ts'
import type { Receiver } from '../inbox/find-receiver.ts'
import type { TrustedContext } from './inner-tool.ts'

export interface Beginning {
  readonly target: Receiver
  readonly text: string
  readonly begun: Begun
  readonly notice?: RunNotice
}

/** The run in which the call is made. */
export async function callingRun(tx: Transaction, { runId }: TrustedContext): Promise<Run> {
  const run = await tx.runs.get(runId)
  if (!run) throw new Error('a call is made in a run that does not exist')
  return run
}

/** Throws a UserError if that many more runs would be too many for one message from outside, or to a group. */
export async function checkRoomInTree(tx: Transaction, run: Run, more: number): Promise<void> {
  checkTreeSize((await tx.runs.tree(run.rootRunId)).runs, more)
  const group = await tx.groups.get(groupOfConversation(run.conversationId))
  if (group) checkGroupTurns(group, (await tx.runs.children(run.id)).length, more)
}

/** Begins a run of the target, whose id follows from the call: the same call never begins it twice. */
export async function beginRun(
  tx: Transaction,
  context: TrustedContext,
  parent: Run,
  { target, text, begun, notice = 'none' }: Beginning,
  at: Timestamp,
): Promise<Run> {
  return context.team.send(tx, {
    id: deriveId('run', context.callId, target.agent.id),
    agent: target.agent.id,
    conversation: target.conversation,
    text,
    origin: childOrigin(parent, begun),
    notice,
    at,
  })
}

/** Throws a UserError that names the circle in which agents would wait for one another. */
export async function checkCircle(
  tx: Transaction,
  waiter: Run,
  { conversation }: Pick<Receiver, 'conversation'>,
): Promise<void> {
  const behind = await tx.runs.newestOpen(conversation)
  if (behind === undefined) return
  const circle = findCircle(waiter.id, behind, await tx.runs.waitsAhead(behind))
  if (!circle) return
  const names: string[] = []
  for (const id of [waiter.id, ...circle]) {
    const run = await tx.runs.get(id)
    const name = run && (await tx.agents.get(run.agentId))?.name
    if (name !== undefined && name !== names.at(-1)) names.push(name)
  }
  const way = names.length === 1 ? [...names, ...names] : names
  throw new UserError(
    'conflict',
    `The message was not sent: the agents would wait for one another in a circle, ${way.join(' → ')}. Answer with what you have, or send the message without waiting for a reply.`,
  )
}
