import type { Agent } from '../../core/agent.ts'
import type { Timestamp } from '../../core/clock.ts'
import { deriveId } from '../../core/derive-id.ts'
import { UserError } from '../../core/errors.ts'
import { fillTemplate } from '../../core/fill-template.ts'
import { filled } from '../../core/filled.ts'
import { text } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import type { Run } from '../../core/run.ts'
import { PROMPTS } from '../../generated/prompts.ts'
import { findAgent } from '../../memory/find-agent.ts'
import type { Transaction } from '../../storage/port/store.ts'
import { childOrigin } from '../../teams/origin.ts'
import {
  guestConversation,
  HAND_OFF,
  openGuestConversation,
  type Routed,
  routedFrom,
} from '../handoff/routed.ts'
import { sentPictures } from '../handoff/sent-pictures.ts'
import { checkMessage } from '../inbox/check-message.ts'
import { callingRun, checkCircle, checkRoomInTree } from './begin-run.ts'
import { defineInnerTool } from './define-inner-tool.ts'
import type { TrustedContext } from './inner-tool.ts'

export const handOff = defineInnerTool({
  name: HAND_OFF,
  effect: 'await',
  parameters: { agent: filled(), brief: text(LIMITS.description) },
  async begin({ agent: reference, brief }, context, tx, at) {
    const words = checkMessage(brief)
    const run = await callingRun(tx, context)
    const target = await findAgent(tx.agents, reference)
    const routed = await routedFrom(tx, run)
    await checkMayHandOff(tx, run, routed, target, context)
    const { first, agents } = routed
    const isOwn = target.id === first.agentId
    const route = { agentId: target.id, runId: run.id, brief: words, at }
    await tx.conversations.setRoute(first.conversationId, isOwn ? undefined : route, at)
    if (agents.has(target.id)) {
      await leaveBrief(tx, context, run, routed, target, words, at)
      return { text: `The conversation goes to ${target.name}, who answers the next message.` }
    }
    return { targets: [await passOn(tx, context, run, routed, target, words, at)] }
  },
})

async function checkMayHandOff(
  tx: Transaction,
  run: Run,
  { first }: Routed,
  target: Agent,
  { callId }: TrustedContext,
): Promise<void> {
  if (target.id === run.agentId) {
    throw new UserError('invalid_argument', 'You have this conversation already: answer yourself.')
  }
  if (first.sender !== 'user') {
    throw new UserError(
      'invalid_argument',
      'Only a conversation with a user can be handed off, and no user began this turn. Send the other agent a message, or give it a task.',
    )
  }
  const others = (await tx.runs.calls(run.id)).filter(
    ({ id, name, state, status }) =>
      name === HAND_OFF && id !== callId && (status === 'success' || state === 'started'),
  )
  if (others.length > 0) {
    throw new UserError('conflict', 'You have handed this conversation off in this turn already.')
  }
}

/** The agent has had the user's message before, so it gets no turn now: messages do not go back and forth. */
async function leaveBrief(
  tx: Transaction,
  context: TrustedContext,
  run: Run,
  { first }: Routed,
  target: Agent,
  brief: string,
  at: Timestamp,
): Promise<void> {
  const place = first.conversationId
  const conversation = target.id === first.agentId ? place : guestConversation(place, target.id)
  const text = await noteOf(tx, 'handed-back', run, brief)
  await context.team.tell(tx, { agentId: target.id, conversation, text }, at)
}

async function noteOf(
  tx: Transaction,
  prompt: 'handed-off' | 'handed-back',
  run: Run,
  brief: string,
): Promise<string> {
  const name = (await tx.agents.get(run.agentId))?.name ?? run.agentId
  return fillTemplate(PROMPTS[prompt].trim(), { AGENT: name, BRIEF: brief })
}

/** The new agent answers the user's message at once, in a conversation of its own. */
async function passOn(
  tx: Transaction,
  context: TrustedContext,
  run: Run,
  { first }: Routed,
  target: Agent,
  brief: string,
  at: Timestamp,
) {
  await checkRoomInTree(tx, run, 1)
  const conversation = await openGuestConversation(tx, first.conversationId, target, at)
  await checkCircle(tx, run, { conversation })
  const note = await noteOf(tx, 'handed-off', run, brief)
  const begun = await context.team.send(tx, {
    id: deriveId('run', context.callId, target.id),
    agent: target.id,
    conversation,
    text: first.input,
    pictures: await sentPictures(tx, first),
    inputs: [
      { role: 'system', text: note, from: 'server' },
      { role: 'user', text: first.input },
    ],
    origin: { ...childOrigin(run, 'wait'), sender: 'user', senderAgentId: null },
    at,
  })
  return begun.id
}
