import type { Scope } from '../../core/access.ts'
import type { Timestamp } from '../../core/clock.ts'
import { UserError } from '../../core/errors.ts'
import type { ConversationId, RunId } from '../../core/ids.ts'
import type { MessageToAgent } from '../../core/message-to-agent.ts'
import {
  type AcceptedRun,
  DEFAULT_MAX_STEPS,
  type Run,
  type RunNotice,
  type RunOrigin,
} from '../../core/run.ts'
import type { ModelRegistry } from '../../llm/model.ts'
import type { Transaction } from '../../storage/port/store.ts'
import { findConversation } from '../conversations/find-conversation.ts'
import { findReceiver } from './find-receiver.ts'
import { runOfKey } from './run-key.ts'
import { sentAs, type TakenPicture } from './take-pictures.ts'
import { TEMPLATE_TAG } from './template-tag.ts'

export interface Acceptance {
  /** Id of the new run, if the message begins one. */
  readonly id: RunId
  /** Name of the process that acknowledges the message. */
  readonly acceptedBy: string
  readonly at: Timestamp
  /** The pictures of the message, in order; absent if it has none, or was sent before. */
  readonly pictures?: readonly TakenPicture[] | undefined
  /** Absent: a message from outside. */
  readonly origin?: RunOrigin | undefined
  /** Absent: `none`. */
  readonly notice?: RunNotice | undefined
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
    images = [],
    inputs,
    clientTools,
    idempotencyKey,
    maxSteps,
    samples = false,
    scopes,
    takeBack = false,
  }: MessageToAgent,
  { id, acceptedBy, at, origin, notice, pictures = [] }: Acceptance,
): Promise<AcceptedRun> {
  const { agent, conversation: usual } = await findReceiver(tx, reference)
  if (agent.tags.includes(TEMPLATE_TAG)) {
    throw new UserError(
      'invalid_argument',
      `${agent.name} is a template, which is copied and not messaged. Message a copy of it (copy_agent).`,
    )
  }
  if (conversation !== undefined) await findConversation(tx, conversation, agent.id)
  const key = idempotencyKey ?? null
  const known = key === null ? undefined : await runOfKey(tx, agent.id, key)
  const place = conversation ?? usual
  if (known) return sameMessage(known, { text, images, conversation: place })
  if (takeBack) await tx.conversations.setRoute(place, undefined, at)
  models.checkSender(agent.model, { samples })
  for (const { picture, bytes } of pictures) await tx.pictures.keep(agent.id, picture, bytes)
  return tx.runs.insert({
    id,
    agentId: agent.id,
    conversationId: place,
    origin,
    notice,
    input: text,
    pictures: pictures.map(({ picture }) => picture),
    inputs,
    clientTools,
    idempotencyKey: key,
    maxSteps: maxSteps ?? DEFAULT_MAX_STEPS,
    acceptedBy,
    clientSamples: samples,
    scopes: scopes ?? (await scopesOf(tx, origin)),
    createdAt: at,
  })
}

/** A run that another one began has no more rights than that. */
async function scopesOf(
  tx: Transaction,
  origin: RunOrigin | undefined,
): Promise<readonly Scope[] | undefined> {
  if (!origin || origin.parentRunId === null) return undefined
  return (await tx.runs.get(origin.parentRunId))?.scopes
}

function sameMessage(
  run: Run,
  sent: {
    readonly text: string
    readonly images: readonly string[]
    readonly conversation: ConversationId
  },
): Run {
  const { text, images, conversation } = sent
  const hasSameImages =
    run.pictures.length === images.length &&
    images.every((image, index) => run.pictures[index]?.sentAs === sentAs(image))
  if (run.input === text && run.conversationId === conversation && hasSameImages) return run
  throw new UserError(
    'conflict',
    `The idempotency key was used for another message (run ${run.id}). Use a new key for a new message, or repeat the same message to get its run.`,
  )
}
