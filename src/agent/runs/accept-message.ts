import type { Timestamp } from '../../core/clock.ts'
import { defaultConversation } from '../../core/conversation.ts'
import { UserError } from '../../core/errors.ts'
import type { ConversationId, RunId } from '../../core/ids.ts'
import { isLonger, LIMITS } from '../../core/limits.ts'
import { DEFAULT_MAX_STEPS, type Run, type RunOrigin } from '../../core/run.ts'
import { cleanText, countCharacters } from '../../core/text.ts'
import type { ModelRegistry } from '../../llm/model.ts'
import { findAgent } from '../../memory/find-agent.ts'
import type { Transaction } from '../../storage/port/store.ts'
import { findConversation } from '../conversations/find-conversation.ts'
import { runOfKey } from './run-key.ts'
import { findRun } from './view-run.ts'

export interface MessageToAgent {
  /** Id or exact name. */
  readonly agent: string
  /** One of the agent's conversations; absent: its default one. */
  readonly conversation?: ConversationId | undefined
  readonly text: string
  readonly idempotencyKey?: string | undefined
  readonly maxSteps?: number | undefined
  /** The client can answer with its own model. */
  readonly samples?: boolean | undefined
  /** The sender is about to watch the run. */
  readonly isWatched?: boolean | undefined
}

export interface Acceptance {
  /** Id of the new run, if the message begins one. */
  readonly id: RunId
  /** Name of the process that acknowledges the message. */
  readonly acceptedBy: string
  readonly at: Timestamp
  /** Absent: a message from outside. */
  readonly origin?: RunOrigin | undefined
}

/** The text as it is stored. Throws a UserError if it is empty or too long. */
export function checkMessage(text: string): string {
  const clean = cleanText(text)
  if (clean.trim() === '')
    throw new UserError('invalid_argument', 'The message is empty. Say something to the agent.')
  // A message is sent whole at every step until it leaves the context; longer texts belong in the archive.
  if (isLonger(clean, LIMITS.message)) {
    throw new UserError(
      'limit_exceeded',
      `A message holds at most ${LIMITS.message} characters and this one has ${countCharacters(clean)}. Put long texts into the archive with insert_archival, and refer to them.`,
    )
  }
  return clean
}

/**
 * Queues a run for the message, in the caller's transaction. A message sent again with its key gets its existing run.
 */
export async function acceptMessage(
  tx: Transaction,
  models: Pick<ModelRegistry, 'checkSender'>,
  {
    agent: reference,
    conversation,
    text,
    idempotencyKey,
    maxSteps,
    samples = false,
  }: MessageToAgent,
  { id, acceptedBy, at, origin }: Acceptance,
): Promise<Run> {
  const agent = await findAgent(tx.agents, reference)
  if (conversation !== undefined) await findConversation(tx, conversation, agent.id)
  const key = idempotencyKey ?? null
  const known = key === null ? undefined : await runOfKey(tx, agent.id, key)
  if (known) return sameMessage(known, text, conversation ?? defaultConversation(agent.id))
  models.checkSender(agent.model, { samples })
  await tx.runs.insert({
    id,
    agentId: agent.id,
    conversationId: conversation,
    origin,
    input: text,
    idempotencyKey: key,
    maxSteps: maxSteps ?? DEFAULT_MAX_STEPS,
    acceptedBy,
    clientSamples: samples,
    createdAt: at,
  })
  return findRun(tx, id)
}

function sameMessage(run: Run, text: string, conversation: ConversationId): Run {
  if (run.input === text && run.conversationId === conversation) return run
  throw new UserError(
    'conflict',
    `The idempotency key was used for another message (run ${run.id}). Use a new key for a new message, or repeat the same message to get its run.`,
  )
}
