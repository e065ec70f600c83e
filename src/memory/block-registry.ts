import type { Block, SharedBlock } from '../core/block.ts'
import { type Clock, toTimestamp } from '../core/clock.ts'
import type { Metadata } from '../core/metadata.ts'
import { cleanText } from '../core/text.ts'
import type { BlockWalk } from '../core/walk.ts'
import type { Store } from '../storage/port/store.ts'
import { type CheckRoom, findBlockById, sharedBlock } from './blocks.ts'
import { checkMetadata } from './check-metadata.ts'
import { checkLimit } from './edit-block.ts'

export interface BlockChanges {
  readonly value?: string | undefined
  readonly description?: string | undefined
  readonly limit?: number | undefined
  readonly readOnly?: boolean | undefined
  readonly metadata?: Metadata | undefined
}

/** Blocks by id, attached to an agent or not. */
export function createBlockRegistry(store: Store, clock: Clock, checkRoom: CheckRoom) {
  return {
    async walk(walk: BlockWalk): Promise<readonly SharedBlock[]> {
      const blocks = await store.walks.blocks(walk)
      return Promise.all(blocks.map((block) => sharedBlock(store, null, block)))
    },

    async get(blockId: string): Promise<SharedBlock> {
      return sharedBlock(store, null, await findBlockById(store, blockId))
    },

    async update(blockId: string, changes: BlockChanges): Promise<SharedBlock> {
      const at = toTimestamp(clock())
      return store.transaction(async (tx) => {
        const block = await findBlockById(tx, blockId)
        const next = changed(block, changes)
        checkLimit(block.label, next.value, next.limit)
        const patch = onlyDifferent(block, next)
        if (patch !== undefined)
          await tx.blocks.update(block, patch, { author: { kind: 'client' }, at })
        if (changes.metadata)
          await tx.blocks.setMetadata(block.id, checkMetadata(changes.metadata), at)
        // Checked only if the block grows: shrinking one that is too large must be possible.
        if (next.value.length > block.value.length) await checkRoom(tx, block.id)
        return sharedBlock(tx, null, await findBlockById(tx, blockId))
      })
    },

    /** Takes the block from all agents, and deletes it with its versions. */
    async remove(blockId: string): Promise<void> {
      const at = toTimestamp(clock())
      await store.transaction(async (tx) => {
        const { id } = await findBlockById(tx, blockId)
        await tx.blocks.delete(id, at)
      })
    },
  }
}

type Fields = Pick<Block, 'value' | 'description' | 'limit' | 'readOnly'>

function changed(block: Block, changes: BlockChanges): Fields {
  const { value, description, limit, readOnly } = changes
  return {
    value: value === undefined ? block.value : cleanText(value),
    description: description === undefined ? block.description : cleanText(description),
    limit: limit ?? block.limit,
    readOnly: readOnly ?? block.readOnly,
  }
}

/** Undefined: nothing would change, so there is no new version. */
function onlyDifferent(block: Block, next: Fields): Fields | undefined {
  const isSame =
    block.value === next.value &&
    block.description === next.description &&
    block.limit === next.limit &&
    block.readOnly === next.readOnly
  return isSame ? undefined : next
}
