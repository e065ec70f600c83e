import type { Agent } from '../../core/agent.ts'
import type { RunInput } from '../../core/client-run.ts'
import type { Timestamp } from '../../core/clock.ts'
import { defaultConversation } from '../../core/conversation.ts'
import { type MessageId, newId } from '../../core/ids.ts'
import type { MessageBody } from '../../core/message.ts'
import type { Picture } from '../../core/picture.ts'
import type { Run } from '../../core/run.ts'
import type { Transaction } from '../../storage/port/store.ts'
import { messageTokens } from '../context/message-tokens.ts'
import { groupNote } from '../groups/group-note.ts'

/**
 * Adds the message that begins the run to the history when its run starts, so runs and history have the same order. A run cancelled
 * in the queue takes its place as well, when the run before it ends (`openCancelled`). This transaction reads the agent
 * with a lock, so of this and the end of the run before, the later one sees the work of the other.
 */
export async function openRun(
  tx: Transaction,
  run: Run,
  agent: Agent,
  messageId: MessageId,
  at: Timestamp,
  /** It was claimed in this transaction, which stored its start; no earlier run is open. */
  isClaimed = false,
): Promise<void> {
  if (run.startedAt !== null) return
  if (!isClaimed) {
    if (!(await tx.runs.hasItsTurn(run.id))) return
    if (!(await tx.runs.start(run.id, at))) return
  }
  const inputs = run.inputs ?? []
  const pictures = run.pictures.map(({ sentAs: _, ...picture }) => picture)
  const given =
    inputs.length === 0
      ? [await openingOf(tx, run, pictures)]
      : inputs.map((input, index) => bodyOf(input, index === inputs.length - 1 ? pictures : []))
  const bodies = [...(await notesOf(tx, run)), ...given]
  await tx.messages.append(
    run.agentId,
    bodies.map((body, index) => {
      const id = index === 0 ? messageId : newId('message')
      return { id, runId: run.id, tokens: messageTokens(body), createdAt: run.createdAt, body }
    }),
    run.conversationId,
  )
  if (!agent.settings.messageBufferAutoclear) return
  const from = await tx.messages.last(run.agentId)
  const state = { from, summariesFrom: from, pressureTold: false }
  await tx.conversations.setContext(run.conversationId, state, at)
}

/** Notes of the server before the message. */
async function notesOf(tx: Transaction, run: Run): Promise<readonly MessageBody[]> {
  if (run.conversationId === defaultConversation(run.agentId)) return []
  const text = await groupNote(tx, run.conversationId)
  return text === undefined ? [] : [{ role: 'system', text, sender: { kind: 'server' } }]
}

async function openingOf(
  tx: Transaction,
  run: Run,
  pictures: readonly Picture[],
): Promise<MessageBody> {
  const { input: text, sender, senderAgentId, parentRunId } = run
  if (sender === 'user') return bodyOf({ role: 'user', text }, pictures)
  if (senderAgentId === null || parentRunId === null)
    return { role: 'system', text, sender: { kind: 'server' } }
  const name = (await tx.agents.get(senderAgentId))?.name ?? 'a deleted agent'
  const awaitsReply = run.notice !== 'none' || (await tx.runs.waitersOf(run.id)).length > 0
  const from = { kind: 'agent', agentId: senderAgentId, name, runId: parentRunId } as const
  return { role: 'system', text, sender: { ...from, awaitsReply } }
}

/** Pictures come with the user's last message. */
function bodyOf({ role, text, from }: RunInput, pictures: readonly Picture[]): MessageBody {
  if (from === 'server') return { role: 'system', text, sender: { kind: 'server' } }
  if (role === 'user' && pictures.length > 0) return { role, text, pictures }
  if (role === 'assistant') return { role, text, reasoning: '', toolCalls: [], said: [text] }
  return { role, text }
}

/** After the end of `run`: adds the messages of cancelled runs behind it before anything later. */
export async function openCancelled(
  tx: Transaction,
  run: Pick<Run, 'id'>,
  agent: Agent,
  at: Timestamp,
): Promise<void> {
  for (const cancelled of await tx.runs.cancelledBehind(run.id)) {
    await openRun(tx, cancelled, agent, newId('message'), at)
  }
}
