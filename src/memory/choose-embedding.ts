import type { Agent } from '../core/agent.ts'
import type { Timestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import type { EmbedderRegistry } from '../llm/embedder.ts'
import type { Transaction } from '../storage/port/store.ts'

/** Embedding models of the server. */
export interface EmbeddingChoice extends Pick<EmbedderRegistry, 'check'> {
  /** Model for agents that name none; null: their memory is not embedded. */
  readonly fallback: string | null
}

/**
 * Embeds all memory of an agent again, in the background, after its embedding model changed. Throws UserError if its
 * messages are to be embedded and no model is left.
 */
export async function embedAgain(
  tx: Transaction,
  { id, settings, embedding }: Agent,
  { fallback }: EmbeddingChoice,
  at: Timestamp,
): Promise<void> {
  const handle = embedding ?? fallback
  const archiveId = await tx.archives.defaultOf(id)
  if (archiveId) await tx.vectors.embedWith({ kind: 'archive', id: archiveId }, handle, at)
  if (!settings.embedMessages) return
  if (handle === null) throw noEmbedding()
  await tx.vectors.embedWith({ kind: 'agent', id }, handle, at)
}

/** Turns the embedding of messages on or off. Throws UserError if no embedding model is configured. */
export async function embedMessages(
  tx: Transaction,
  { id, settings, embedding }: Agent,
  { fallback }: EmbeddingChoice,
  at: Timestamp,
): Promise<void> {
  const handle = embedding ?? fallback
  if (settings.embedMessages && handle === null) throw noEmbedding()
  await tx.vectors.embedWith({ kind: 'agent', id }, settings.embedMessages ? handle : null, at)
}

function noEmbedding(): UserError {
  return new UserError(
    'invalid_argument',
    'Nothing was changed: without an embedding, messages can not be embedded. Name one with update_agent or RECOLLECT_EMBEDDING, or set embed_messages to false.',
  )
}
