import { StalePreparation } from '../agent/tools/inner-tool.ts'
import type { Block } from '../core/block.ts'
import type { AgentId } from '../core/ids.ts'
import { type CheckRoom, editBlock } from '../memory/blocks.ts'
import type { BlockChange } from '../sandbox/sandbox.ts'
import type { Transaction, VersionNote } from '../storage/port/store.ts'

/**
 * Stores what a tool's code changed in the blocks that it was shown. Throws StalePreparation if one of those has changed
 * since, and a UserError if a value can't be stored.
 */
export async function writeState(
  tx: Transaction,
  agentId: AgentId,
  shown: readonly Block[],
  changes: readonly BlockChange[],
  note: VersionNote,
  checkRoom: CheckRoom,
): Promise<void> {
  for (const { label, after } of changes) {
    const before = shown.find((block) => block.label === label)
    const block = await tx.blocks.find(agentId, label)
    if (!before || block?.id !== before.id || block.version !== before.version) {
      throw new StalePreparation(`the block ${label} has changed`)
    }
    const written = await editBlock(tx, agentId, label, { kind: 'write', value: after }, note)
    await checkRoom(tx, written.id)
  }
}
