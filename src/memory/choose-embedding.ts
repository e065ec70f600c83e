import type { Agent } from '../core/agent.ts'
import type { Timestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import type { EmbedderRegistry } from '../llm/embedder.ts'
import type { Transaction } from '../storage/port/store.ts'

/** What embeds the memory of agents. */
export interface EmbeddingChoice extends Pick<EmbedderRegistry, 'check'> {
  /** For agents that name none; null: none does. */
  readonly fallback: string | null
}

/**
 * After the embedding of an agent was changed: what it remembers is embedded again by the new one, in the background.
 * Throws a UserError when its messages were to be embedded by none.
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

/** Switches on or off that what is said is embedded. Throws a UserError when there is nothing to embed it with. */
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
