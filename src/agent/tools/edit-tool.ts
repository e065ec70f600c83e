import { toTimestamp } from '../../core/clock.ts'
import { countCharacters } from '../../core/text.ts'
import { editBlock } from '../../memory/blocks.ts'
import type { BlockEdit } from '../../memory/edit-block.ts'
import type { Transaction } from '../../storage/port/store.ts'
import type { TrustedContext } from './inner-tool.ts'

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
