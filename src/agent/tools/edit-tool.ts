import { toTimestamp } from '../../core/clock.ts'
import { UserError } from '../../core/errors.ts'
import { countCharacters } from '../../core/text.ts'
import { editBlock } from '../../memory/blocks.ts'
import type { BlockEdit } from '../../memory/edit-block.ts'
import { quoteValue } from '../../memory/quote-value.ts'
import type { Transaction } from '../../storage/port/store.ts'
import type { TrustedContext } from './inner-tool.ts'
import { readSeen } from './seen-versions.ts'

/** Versions that others may have added since the model saw the block; more count as added by others. Chosen by hand. */
const MAX_VERSIONS = 50

export interface PreparedEdit {
  readonly label: string
  readonly edit: BlockEdit
}

/**
 * Applies the edit of any block tool. The result does not repeat the new text, which the model sees at the next step.
 */
export async function applyEdit(
  tx: Transaction,
  { label, edit }: PreparedEdit,
  context: TrustedContext,
): Promise<string> {
  if (edit.kind === 'write') await checkSeen(tx, label, context)
  const author = {
    kind: 'agent',
    agentId: context.agent.id,
    runId: context.runId,
    callId: context.callId,
  } as const
  const block = await editBlock(tx, context.agent.id, label, edit, {
    author,
    at: toTimestamp(context.now),
  })
  await context.checkRoom(tx, block.id)
  return `Done. The block "${label}" now has ${countCharacters(block.value)} of ${block.limit} characters.`
}

/** A block is rewritten only by a model that has seen all of it, so that no edit made meanwhile is lost. */
async function checkSeen(
  tx: Transaction,
  label: string,
  { agent, runId, note }: TrustedContext,
): Promise<void> {
  const seen = readSeen(note)[label]
  const block = await tx.blocks.find(agent.id, label)
  if (!block || seen === undefined || seen === block.version) return
  const newer = await tx.blocks.versionsAfter(block.id, seen, MAX_VERSIONS)
  const isOwn = newer.every(({ author }) => author.kind === 'agent' && author.runId === runId)
  if (isOwn && newer.length < MAX_VERSIONS) return
  const next = 'Write it anew with what was added, and call again.'
  throw new UserError(
    'conflict',
    `The block "${label}" was changed by others while you were thinking; nothing was changed. ${quoteValue(block.value, next)}`,
  )
}
