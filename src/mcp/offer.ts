import type { Toolset } from '../core/toolset.ts'
import type { McpContext } from '../service/context.ts'
import type { Tool } from './call/define-tool.ts'

/** The part of Recollect that a server shows to its client. */
export interface Offer {
  readonly toolsets: readonly Toolset[]
  /** Only tools that read are offered. */
  readonly readOnly: boolean
  /** Id or name of the only agent; undefined for all agents. */
  readonly agent: string | undefined
}

/** Tools about the whole store are not for a client that is limited to one agent. */
export function isForOneAgent({ input, pinned }: Tool): boolean {
  return pinned ?? ('agent' in input.shape || 'run_id' in input.shape)
}

const forOne = new WeakMap<Tool, Tool>()

/** The tool without its `agent` argument, which the context already knows. */
export function forOneAgent(tool: Tool): Tool {
  if (!('agent' in tool.input.shape)) return tool
  const known = forOne.get(tool)
  if (known !== undefined) return known
  const made: Tool = {
    ...tool,
    input: tool.input.omit({ agent: true }),
    run: (args, context, call) => tool.run({ ...args, agent: agentOf(context) }, context, call),
  }
  forOne.set(tool, made)
  return made
}

function agentOf({ pinnedTo }: McpContext): string {
  if (pinnedTo === undefined) throw new Error('the context is not pinned to an agent')
  return pinnedTo
}
