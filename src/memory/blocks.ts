import type { EditOptions, NewBlock, SharedBlock } from '../core/block.ts'
import { type Block, DEFAULT_BLOCK_LIMIT } from '../core/block.ts'
import { type Clock, type Timestamp, toTimestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import { type AgentId, type BlockId, isId, newId } from '../core/ids.ts'
import type { Page } from '../core/page.ts'
import { cleanText } from '../core/text.ts'
import type {
  BlockFilter,
  BlockPatch,
  Reads,
  Store,
  Transaction,
  VersionNote,
} from '../storage/port/store.ts'
import { checkMetadata } from './check-metadata.ts'
import { type BlockEdit, checkLabel, checkLimit, editedValue } from './edit-block.ts'
import { findAgent } from './find-agent.ts'
import { quoteValue } from './quote-value.ts'

export interface WriteOptions extends EditOptions {
  readonly description?: string | undefined
  readonly limit?: number | undefined
  readonly readOnly?: boolean | undefined
}

/** Throws UserError if the block no longer fits the context of an agent that it is attached to. */
export type CheckRoom = (tx: Transaction, blockId: BlockId) => Promise<void>

/** Block memory for callers. An agent's own edits use `editBlock` inside its step. */
export function createBlockMemory(store: Store, clock: Clock, checkRoom: CheckRoom) {
  const noteOf = (reason?: string): VersionNote => ({
    author: { kind: 'client' },
    at: toTimestamp(clock()),
    ...(reason !== undefined && { reason: cleanText(reason) }),
  })

  async function edit(
    reference: string,
    label: string,
    edit: BlockEdit,
    { expectedVersion, reason }: EditOptions = {},
  ): Promise<SharedBlock> {
    // Outside the transaction, which would lock the agent: two agents that share the block would wait for each other.
    const { id } = await findAgent(store.agents, reference)
    return store.transaction(async (tx) => {
      const block = await editBlock(tx, id, label, edit, noteOf(reason), expectedVersion)
      await checkRoom(tx, block.id)
      return sharedBlock(tx, id, block)
    })
  }

  return {
    async read(reference: string, label?: string) {
      const { id } = await findAgent(store.agents, reference)
      const blocks =
        label === undefined ? await store.blocks.ofAgent(id) : [await findBlock(store, id, label)]
      return {
        agentId: id,
        blocks: await Promise.all(blocks.map((block) => sharedBlock(store, id, block))),
      }
    },

    async write(
      reference: string,
      label: string,
      value: string,
      options: WriteOptions,
    ): Promise<SharedBlock> {
      checkLabel(label)
      const { id } = await findAgent(store.agents, reference)
      return store.transaction(async (tx) => {
        const note = noteOf(options.reason)
        const current = await findToWrite(tx, id, label)
        checkVersion(label, current, options.expectedVersion)
        if (!current) {
          const added = await addBlock(tx, id, { label, value, ...options }, note)
          await checkRoom(tx, added.id)
          return { block: added, sharedWith: [] }
        }
        const patch = {
          value: cleanText(value),
          description:
            options.description === undefined
              ? current.description
              : cleanText(options.description),
          limit: options.limit ?? current.limit,
          readOnly: options.readOnly ?? current.readOnly,
        }
        checkLimit(label, patch.value, patch.limit)
        const block = isChange(current, patch)
          ? await tx.blocks.update(current, patch, note)
          : current
        // Checked only if the block grows: shrinking one that is too large must be possible.
        if (block.value.length > current.value.length) await checkRoom(tx, block.id)
        return sharedBlock(tx, id, block)
      })
    },

    replace: (
      reference: string,
      label: string,
      oldText: string,
      newText: string,
      options?: EditOptions,
    ) => edit(reference, label, { kind: 'replace_one', oldText, newText }, options),

    append: (reference: string, label: string, text: string, options?: EditOptions) =>
      edit(reference, label, { kind: 'append', text }, options),

    /** All blocks, with the agents that they are attached to. */
    async list(filter: BlockFilter): Promise<Page<SharedBlock>> {
      const page = await store.blocks.list(filter)
      const items = page.items.map((block) => sharedBlock(store, null, block))
      return { ...page, items: await Promise.all(items) }
    },

    /** Creates a block that is attached to no agent. */
    async create(fields: NewBlock): Promise<SharedBlock> {
      const block = await store.transaction((tx) => makeBlock(tx, fields, noteOf()))
      return { block, sharedWith: [] }
    },
  }
}

/** If the block does not exist, the agent is locked so that nobody else creates it. */
async function findToWrite(
  tx: Transaction,
  agentId: AgentId,
  label: string,
): Promise<Block | undefined> {
  const block = await tx.blocks.find(agentId, label)
  if (block) return block
  await findAgent(tx.agents, agentId)
  return tx.blocks.find(agentId, label)
}

/** The block with the other agents that share it; without `agentId`, with all of them. */
export async function sharedBlock(
  reads: Pick<Reads, 'blocks'>,
  agentId: AgentId | null,
  block: Block,
): Promise<SharedBlock> {
  const agents = await reads.blocks.agentsOf(block.id)
  return { block, sharedWith: agents.filter((id) => id !== agentId) }
}

/** Applies an edit to the current text; an edit that changes nothing makes no version. */
export async function editBlock(
  tx: Transaction,
  agentId: AgentId,
  label: string,
  edit: BlockEdit,
  note: VersionNote,
  expectedVersion?: number,
): Promise<Block> {
  const block = await findBlock(tx, agentId, label)
  checkVersion(label, block, expectedVersion)
  if (note.author.kind === 'agent' && block.readOnly) {
    throw new UserError(
      'read_only',
      `The block "${label}" is read-only and can't be edited by you. Keep what you wanted to note elsewhere.`,
    )
  }
  const value = editedValue(block, edit)
  return value === block.value ? block : tx.blocks.update(block, { value }, note)
}

/** Creates a block and attaches it to the agent. */
export async function addBlock(
  tx: Transaction,
  agentId: AgentId,
  fields: NewBlock,
  note: VersionNote,
): Promise<Block> {
  const block = await makeBlock(tx, fields, note)
  await attachBlock(tx, agentId, block, note.at)
  return block
}

async function makeBlock(tx: Transaction, fields: NewBlock, note: VersionNote): Promise<Block> {
  checkLabel(fields.label)
  const value = cleanText(fields.value)
  const limit = fields.limit ?? DEFAULT_BLOCK_LIMIT
  checkLimit(fields.label, value, limit)
  return tx.blocks.insert(
    {
      id: newId('block'),
      label: fields.label,
      value,
      description: cleanText(fields.description ?? ''),
      limit,
      readOnly: fields.readOnly ?? false,
      ...(fields.metadata && { metadata: checkMetadata(fields.metadata) }),
    },
    note,
  )
}

export async function attachBlock(
  tx: Transaction,
  agentId: AgentId,
  block: Block,
  at: Timestamp,
): Promise<void> {
  if (await tx.blocks.attach(agentId, block, at)) return
  throw new UserError(
    'conflict',
    `The agent would have two blocks with the label "${block.label}". Labels of an agent's blocks must differ: leave one of the two out, or detach the one it has.`,
  )
}

export async function findBlockById(reads: Pick<Reads, 'blocks'>, blockId: string): Promise<Block> {
  const block = isId('block', blockId) ? await reads.blocks.get(blockId) : undefined
  if (block) return block
  throw new UserError(
    'not_found',
    `There is no block ${blockId}. Find block ids with get_agent or read_memory.`,
  )
}

export async function findBlock(
  reads: Pick<Reads, 'blocks'>,
  agentId: AgentId,
  label: string,
): Promise<Block> {
  const block = await reads.blocks.find(agentId, label)
  if (block) return block
  const labels = (await reads.blocks.ofAgent(agentId)).map((other) => other.label)
  const known = labels.length > 0 ? `It has: ${labels.join(', ')}.` : 'It has no blocks.'
  throw new UserError('not_found', `The agent has no memory block "${label}". ${known}`)
}

function checkVersion(
  label: string,
  current: Block | undefined,
  expected: number | undefined,
): void {
  if (expected === undefined || expected === (current?.version ?? 0)) return
  if (!current) {
    throw new UserError(
      'conflict',
      `The block "${label}" does not exist, so it is not at version ${expected}; nothing was changed. ` +
        'Leave expected_version out, or give 0, to create it.',
    )
  }
  const { version, value } = current
  const next = `If the edit still makes sense, repeat it with expected_version ${version}.`
  throw new UserError(
    'conflict',
    `The block "${label}" is at version ${version}, not ${expected}; nothing was changed. ${quoteValue(value, next)}`,
  )
}

function isChange(block: Block, patch: Required<BlockPatch>): boolean {
  return (
    block.value !== patch.value ||
    block.description !== patch.description ||
    block.limit !== patch.limit ||
    block.readOnly !== patch.readOnly
  )
}
