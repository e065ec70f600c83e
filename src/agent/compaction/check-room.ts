import type { Agent } from '../../core/agent.ts'
import type { Block } from '../../core/block.ts'
import { NoRoomError } from '../../core/errors.ts'
import { estimateTokens } from '../../core/estimate-tokens.ts'
import type { BlockId } from '../../core/ids.ts'
import type { Transaction } from '../../storage/port/store.ts'
import { messageBudget } from '../context/shorten-message.ts'
import { renderMemory, systemText } from '../context/system-prompt.ts'
import { innerTools } from '../tools/index.ts'
import { toolSpecs } from '../tools/tool-specs.ts'
import { summaryBudget } from './compact.ts'

/**
 * Throws a NoRoomError, with the numbers, if the context window has no room for a conversation. The fixed part of the
 * context must leave space for a summary and one message, even after compaction.
 */
export function checkRoom(agent: Agent, blocks: readonly Block[]): void {
  const { contextWindow, settings } = agent
  const system = estimateTokens(systemText(agent))
  const tools = estimateTokens(JSON.stringify(toolSpecs(agent.agentType, innerTools(agent.tools))))
  const memory = estimateTokens(renderMemory(blocks))
  const conversation = summaryBudget(contextWindow) + messageBudget(contextWindow)
  const room = Math.floor(contextWindow * settings.compactionThreshold)
  const needed = system + tools + memory + conversation
  if (needed <= room) return
  throw new NoRoomError(
    agent.id,
    `This does not fit the context window of ${agent.name}: system prompt ${system}, tools ${tools}, memory blocks ` +
      `${memory} and a minimum of ${conversation} tokens for the conversation make ${needed}, and there is room for ${room} ` +
      `of ${contextWindow}. Nothing was changed; shorten memory or prompt, or give the agent a larger context_window.`,
  )
}

/** Checks every agent that has the block, after the block has changed. */
export async function checkRoomFor(tx: Transaction, blockId: BlockId): Promise<void> {
  // Always in the same order, since each agent is locked from here on; another order could deadlock.
  for (const agentId of (await tx.blocks.agentsOf(blockId)).toSorted()) {
    const agent = await tx.agents.get(agentId)
    if (agent) checkRoom(agent, await tx.blocks.ofAgent(agentId))
  }
}
