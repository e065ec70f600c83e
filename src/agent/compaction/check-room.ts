import type { Agent } from '../../core/agent.ts'
import type { Block } from '../../core/block.ts'
import { NoRoomError } from '../../core/errors.ts'
import { estimateTokens } from '../../core/estimate-tokens.ts'
import type { CheckRoom } from '../../memory/blocks.ts'
import type { Transaction } from '../../storage/port/store.ts'
import { messageBudget } from '../context/shorten-message.ts'
import { renderMemory, systemText } from '../context/system-prompt.ts'
import type { InnerTool } from '../tools/inner-tool.ts'
import type { ToolRegistry } from '../tools/tool-registry.ts'
import { toolSpecs } from '../tools/tool-specs.ts'
import { summaryBudget } from './compact.ts'

/**
 * Throws a NoRoomError, with the numbers, if the context window has no room for a conversation. The fixed part of the
 * context must leave space for a summary and one message, even after compaction.
 */
export function checkRoom(
  agent: Agent,
  tools: readonly InnerTool[],
  blocks: readonly Block[],
): void {
  const { contextWindow, settings } = agent
  const system = estimateTokens(systemText(agent))
  const schemas = estimateTokens(JSON.stringify(toolSpecs(agent.agentType, tools)))
  const memory = estimateTokens(renderMemory(blocks))
  const conversation = summaryBudget(contextWindow) + messageBudget(contextWindow)
  const room = Math.floor(contextWindow * settings.compactionThreshold)
  const needed = system + schemas + memory + conversation
  if (needed <= room) return
  throw new NoRoomError(
    agent.id,
    `This does not fit the context window of ${agent.name}: system prompt ${system}, tools ${schemas}, memory blocks ` +
      `${memory} and a minimum of ${conversation} tokens for the conversation make ${needed}, and there is room for ${room} ` +
      `of ${contextWindow}. Nothing was changed; shorten memory or prompt, or give the agent a larger context_window.`,
  )
}

/** Checks every agent that has the block, after the block has changed. */
export function createCheckRoom(registry: ToolRegistry): CheckRoom {
  return async (tx, blockId) => {
    // Always in the same order, since each agent is locked from here on; another order could deadlock.
    for (const agentId of (await tx.blocks.agentsOf(blockId)).toSorted()) {
      const agent = await tx.agents.get(agentId)
      if (agent) await checkRoomOf(tx, registry, agent)
    }
  }
}

/** The same check, for one agent as it is stored. */
export async function checkRoomOf(
  tx: Transaction,
  registry: ToolRegistry,
  agent: Agent,
): Promise<void> {
  checkRoom(agent, await registry.ofAgent(tx, agent), await tx.blocks.ofAgent(agent.id))
}
