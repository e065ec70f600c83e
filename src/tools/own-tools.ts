import { checkRoomOf } from '../agent/compaction/check-room.ts'
import { defineInnerTool } from '../agent/tools/define-inner-tool.ts'
import { type CallContext, type InnerTool, StalePreparation } from '../agent/tools/inner-tool.ts'
import type { ToolRegistry } from '../agent/tools/tool-registry.ts'
import type { Caller } from '../core/access.ts'
import type { Agent } from '../core/agent.ts'
import { toTimestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import { filled } from '../core/filled.ts'
import { newId } from '../core/ids.ts'
import { text } from '../core/limited.ts'
import { LIMITS, overLimit } from '../core/limits.ts'
import { readArguments } from '../core/read-arguments.ts'
import type { StoredTool, ToolAuthor } from '../core/stored-tool.ts'
import type { ToolTrial, ToolTrialResult } from '../core/tool-view.ts'
import { findAgent } from '../memory/find-agent.ts'
import { defineTool, type ReadSource } from './define-tool.ts'
import { findTool } from './find-tool.ts'
import { grantOf, reachesFurther } from './grant.ts'

/** The agent has no rights beyond its own memory, and neither has what it writes. */
const NO_RIGHTS: Caller = { name: 'agent', scopes: new Set() }

export interface OwnToolsOptions {
  readonly registry: ToolRegistry
  readonly readSource: ReadSource
  readonly run: (trial: ToolTrial, caller: Caller, signal: AbortSignal) => Promise<ToolTrialResult>
}

/** Tools with which an agent writes tools for itself. */
export function ownTools({ registry, readSource, run }: OwnToolsOptions): readonly InnerTool[] {
  const name = filled(LIMITS.reference)
  const source = text(LIMITS.toolSource)

  const createTool = defineInnerTool({
    name: 'create_tool',
    effect: 'database',
    parameters: { source },
    prepare: (args) => defineTool(args, undefined, NO_RIGHTS, readSource),
    async apply(tx, definition, context) {
      const note = { author: authorOf(context), at: toTimestamp(context.now) }
      const tool = await tx.tools.insert(newId('tool'), definition, note)
      if (!tool) {
        throw new UserError(
          'conflict',
          `There is a tool "${definition.name}" already. Give the function another name, or change it with edit_tool if you wrote it.`,
        )
      }
      return `Stored as ${tool.name}. Try it with test_tool, and get it with attach_tool.`
    },
  })

  const editTool = defineInnerTool({
    name: 'edit_tool',
    effect: 'database',
    parameters: { name, source },
    async prepare(args, { store, agent }) {
      const tool = await findTool(store.tools, args.name)
      if (tool.author !== agent.id) {
        throw new UserError(
          'unauthorized',
          `You did not write ${tool.name}, so you can't change it. Write one of your own with create_tool.`,
        )
      }
      const fields = { source: args.source, name: tool.name }
      return { tool, definition: await defineTool(fields, tool, NO_RIGHTS, readSource) }
    },
    async apply(tx, { tool, definition }, context) {
      const current = await tx.tools.get(tool.id)
      if (current?.version !== tool.version) throw new StalePreparation('the tool has changed')
      const changed = await tx.tools.update(current, definition, {
        author: authorOf(context),
        at: toTimestamp(context.now),
      })
      const { id } = context.agent
      const agent = await findAgent(tx.agents, id)
      if (!changed || !isTrusted(agent, changed)) {
        return `Changed. A person is asked before its next use.`
      }
      if (agent.tools.includes(tool.name)) await tx.tools.attach(id, tool.id, grantOf(changed))
      return 'Changed. It can be used at once.'
    },
  })

  const testTool = defineInnerTool({
    name: 'test_tool',
    effect: 'readonly',
    parameters: { name, arguments: text(LIMITS.toolArguments).optional() },
    async run(args, { agent }, signal) {
      const trial = {
        tool: args.name,
        arguments: readArguments(args.arguments ?? '{}'),
        agent: agent.id,
        commit: false,
      }
      const { durationMs: _durationMs, ...shown } = await run(trial, NO_RIGHTS, signal)
      return JSON.stringify(shown)
    },
  })

  const attachTool = defineInnerTool({
    name: 'attach_tool',
    effect: 'database',
    parameters: { name },
    prepare: (args) => args,
    async apply(tx, args, { agent: { id }, now }) {
      const tool = await findTool(tx.tools, args.name)
      if (reachesFurther(tool)) {
        throw new UserError(
          'unauthorized',
          `${tool.name} may do more than edit your memory, so only a person can give it to you. Ask your user.`,
        )
      }
      const agent = await findAgent(tx.agents, id)
      if (agent.tools.includes(tool.name)) return `You have ${tool.name} already.`
      const tools = [...agent.tools, tool.name]
      if (tools.length > LIMITS.tools) {
        throw overLimit('Your list of tools', 'entries', LIMITS.tools, tools.length)
      }
      const isKnown = isTrusted(agent, tool)
      await tx.tools.attach(id, tool.id, isKnown ? grantOf(tool) : null)
      await tx.agents.update(id, { tools }, toTimestamp(now))
      await checkRoomOf(tx, registry, { ...agent, tools })
      const asked = isKnown ? '' : ' A person is asked before its first use.'
      return `You have ${tool.name} from the next step on.${asked}`
    },
  })

  return [createTool, editTool, testTool, attachTool]
}

/** Its owner lets the agent use what it wrote; what reaches further is always asked about. */
function isTrusted({ id, settings }: Agent, tool: StoredTool): boolean {
  return !settings.ownToolsNeedApproval && tool.author === id && !reachesFurther(tool)
}

function authorOf({ agent, runId, callId }: CallContext): ToolAuthor {
  return { name: agent.id, runId, callId }
}
