import type { AgentView } from '../../core/agent-view.ts'
import { type Clock, toTimestamp } from '../../core/clock.ts'
import { UserError } from '../../core/errors.ts'
import { attachBlock, findBlockById } from '../../memory/blocks.ts'
import { findAgent } from '../../memory/find-agent.ts'
import type { Store } from '../../storage/port/store.ts'
import type { ToolRegistry } from '../tools/tool-registry.ts'
import { checkedView, viewAgent } from './view-agent.ts'

/** Attaches and detaches the blocks of an agent, for callers outside the loop. */
export function createAgentBlocks(store: Store, registry: ToolRegistry, clock: Clock) {
  return {
    async attachBlock(reference: string, blockId: string): Promise<AgentView> {
      return store.transaction(async (tx) => {
        const agent = await findAgent(tx.agents, reference)
        const block = await findBlockById(tx, blockId)
        if ((await tx.blocks.agentsOf(block.id)).includes(agent.id)) {
          throw new UserError(
            'conflict',
            `The agent has the block "${block.label}" already, so there is nothing to attach.`,
          )
        }
        await attachBlock(tx, agent.id, block, toTimestamp(clock()))
        return checkedView(tx, registry, agent)
      })
    },

    /** Removes the block from the agent; the block itself is kept. */
    async detachBlock(reference: string, blockId: string): Promise<AgentView> {
      return store.transaction(async (tx) => {
        const agent = await findAgent(tx.agents, reference)
        const block = await findBlockById(tx, blockId)
        if (await tx.blocks.detach(agent.id, block.id, toTimestamp(clock())))
          return viewAgent(tx, agent)
        const own = await tx.blocks.ofAgent(agent.id)
        const known = own.map(({ id, label }) => `${label} (${id})`).join(', ')
        throw new UserError(
          'not_found',
          `The agent does not have the block ${blockId}; nothing was changed. It has: ${known || 'none'}.`,
        )
      })
    },
  }
}
