import type { Caller } from '../../core/access.ts'
import type { AgentView } from '../../core/agent-view.ts'
import { type Clock, type Timestamp, toTimestamp } from '../../core/clock.ts'
import { UserError } from '../../core/errors.ts'
import type { AgentId } from '../../core/ids.ts'
import { LIMITS, overLimit } from '../../core/limits.ts'
import { findAgent } from '../../memory/find-agent.ts'
import type { Store, Transaction } from '../../storage/port/store.ts'
import { checkToolRules } from '../rules/check-tool-rules.ts'
import type { ToolRegistry } from '../tools/tool-registry.ts'
import { checkedView, viewAgent } from './view-agent.ts'

/** Gives nothing. */
const NOBODY: Caller = { name: 'server', scopes: new Set() }

/** Gives tools to agents and takes them, for callers outside the loop. */
export function createAgentTools(store: Store, registry: ToolRegistry, clock: Clock) {
  return {
    /** Also approves the present version of a tool that the agent has. */
    async attachTool(reference: string, tool: string, caller: Caller): Promise<AgentView> {
      const at = toTimestamp(clock())
      return store.transaction(async (tx) => {
        const agent = await findAgent(tx.agents, reference)
        const [name = tool] = await registry.resolve(tx, [tool])
        if (!agent.tools.includes(name)) {
          const tools = [...agent.tools, name]
          if (tools.length > LIMITS.tools) {
            throw overLimit('The list of tools', 'entries', LIMITS.tools, tools.length)
          }
          await tx.agents.update(agent.id, { tools }, at)
          await registry.assign(tx, agent.id, tools, caller)
        }
        await registry.approve(tx, agent.id, name, caller)
        return checkedView(tx, registry, await findAgent(tx.agents, agent.id))
      })
    },

    async detachTool(reference: string, tool: string): Promise<AgentView> {
      const at = toTimestamp(clock())
      return store.transaction(async (tx) => {
        const agent = await findAgent(tx.agents, reference)
        const name = agent.tools.includes(tool) ? tool : (await registry.resolve(tx, [tool]))[0]
        if (name === undefined || !agent.tools.includes(name)) {
          throw new UserError(
            'not_found',
            `The agent does not have the tool "${tool}"; nothing was changed. It has: ${agent.tools.join(', ') || 'none'}.`,
          )
        }
        await takeTool(tx, registry, agent.id, name, at)
        return viewAgent(tx, await findAgent(tx.agents, agent.id))
      })
    },
  }
}

/** Takes a tool from an agent that has it. Throws a UserError if its tool rules name the tool. */
export async function takeTool(
  tx: Transaction,
  registry: Pick<ToolRegistry, 'assign'>,
  agentId: AgentId,
  name: string,
  at: Timestamp,
): Promise<void> {
  const { tools: had, toolRules } = await findAgent(tx.agents, agentId)
  const tools = had.filter((other) => other !== name)
  checkToolRules(toolRules, tools)
  await tx.agents.update(agentId, { tools }, at)
  await registry.assign(tx, agentId, tools, NOBODY)
}
