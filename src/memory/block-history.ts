import type { Block, MemoryAsOf, SharedBlock, VersionHead } from '../core/block.ts'
import { type Clock, toTimestamp } from '../core/clock.ts'
import { parseMoment } from '../core/dates.ts'
import { UserError } from '../core/errors.ts'
import type { Page, PageRequest } from '../core/page.ts'
import { countCharacters } from '../core/text.ts'
import type { Reads, Store } from '../storage/port/store.ts'
import { type CheckRoom, findBlock, sharedBlock } from './blocks.ts'
import { diffValues } from './diff-values.ts'
import { findAgent } from './find-agent.ts'

/** Version history of an agent's blocks: list, diff, restore. */
export function createBlockHistory(store: Store, clock: Clock, checkRoom: CheckRoom) {
  async function find(reads: Pick<Reads, 'agents' | 'blocks'>, reference: string, label: string) {
    const { id } = await findAgent(reads.agents, reference)
    return { agentId: id, block: await findBlock(reads, id, label) }
  }

  return {
    /** Newest first. */
    async history(reference: string, label: string, page: PageRequest): Promise<Page<VersionHead>> {
      const { block } = await find(store, reference, label)
      return store.blocks.versions(block.id, page)
    },

    /** A unified diff against version `to`, or the current one. */
    async diff(reference: string, label: string, from: number, to?: number): Promise<string> {
      const { block } = await find(store, reference, label)
      const side = async (version: number) => ({
        version,
        value: await valueAt(store, block, version),
      })
      return diffValues(label, await side(from), await side(to ?? block.version))
    },

    /** Makes the text of an older version current, as a new version. No new version if the text is unchanged. */
    async restore(reference: string, label: string, version: number): Promise<SharedBlock> {
      // The agent is not locked, as with any edit.
      const { agentId } = await find(store, reference, label)
      return store.transaction(async (tx) => {
        const block = await findBlock(tx, agentId, label)
        const value = await valueAt(tx, block, version)
        if (value === block.value) return sharedBlock(tx, agentId, block)
        checkFits(block, version, value)
        const restored = await tx.blocks.update(
          block,
          { value },
          {
            author: { kind: 'client' },
            at: toTimestamp(clock()),
            reason: `Restored from version ${version}`,
          },
        )
        if (value.length > block.value.length) await checkRoom(tx, block.id)
        return sharedBlock(tx, agentId, restored)
      })
    },

    /** `moment` is ISO 8601; a date alone includes that whole day. */
    async asOf(reference: string, moment: string, label?: string): Promise<MemoryAsOf> {
      const at = parseMoment('at', moment, 'end')
      const agent = await findAgent(store.agents, reference)
      if (agent.createdAt > at) {
        throw new UserError(
          'not_found',
          `The agent ${agent.name} did not exist at ${at}: it was created at ${agent.createdAt}. Ask for a time after that.`,
        )
      }
      const blocks = await store.blocks.asOf(agent.id, at)
      if (label === undefined) return { agentId: agent.id, at, blocks }
      const named = blocks.filter((block) => block.label === label)
      if (named.length > 0) return { agentId: agent.id, at, blocks: named }
      const labels = blocks.map((block) => block.label)
      const known = labels.length > 0 ? `It had: ${labels.join(', ')}.` : 'It had no blocks.'
      throw new UserError(
        'not_found',
        `At ${at} the agent had no memory block "${label}". ${known}`,
      )
    },
  }
}

async function valueAt(
  reads: Pick<Reads, 'blocks'>,
  block: Block,
  version: number,
): Promise<string> {
  const value = await reads.blocks.valueAt(block.id, version)
  if (value !== undefined) return value
  throw new UserError(
    'not_found',
    `The block "${block.label}" has no version ${version}. It has the versions 1 to ${block.version}; memory_history tells of each.`,
  )
}

function checkFits({ label, limit }: Block, version: number, value: string): void {
  const size = countCharacters(value)
  if (size <= limit) return
  throw new UserError(
    'limit_exceeded',
    `Version ${version} of the block "${label}" has ${size} characters, and the block now holds at most ${limit}; nothing was changed. ` +
      `Give it a limit of ${size} or more with write_memory_block, its value as it is, and restore again.`,
  )
}
