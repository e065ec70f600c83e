import { builtInTools } from '../agent/tools/built-in-tools.ts'
import type { InnerTool } from '../agent/tools/inner-tool.ts'
import type { ToolRegistry } from '../agent/tools/tool-registry.ts'
import type { Caller } from '../core/access.ts'
import { UserError } from '../core/errors.ts'
import { readId } from '../core/ids.ts'
import type { AttachedTool, ToolDefinition } from '../core/stored-tool.ts'
import { BUILT_IN_TOOLS, isBuiltInTool } from '../core/tool.ts'
import { covers, grantOf, reachesFurther } from './grant.ts'

/** The registry of a namespace with stored tools; `toInner` makes them callable. */
export function createToolRegistry(toInner: (attached: AttachedTool) => InnerTool): ToolRegistry {
  return {
    async ofAgent(reads, { id, tools: names }) {
      // Most agents have no stored tool, and this is read at every step.
      if (names.every(isBuiltInTool)) return builtInTools(names)
      const stored = new Map(
        (await reads.tools.ofAgent(id)).map((attached) => [attached.tool.name, attached]),
      )
      return names.flatMap((name) => {
        const attached = stored.get(name)
        return attached ? [toInner(attached)] : builtInTools([name])
      })
    },

    async resolve(reads, references) {
      const names: string[] = []
      for (const reference of references) {
        const id = readId('tool', reference)
        const stored = id ? await reads.tools.get(id) : (await reads.tools.named([reference]))[0]
        if (!stored && !isBuiltInTool(reference)) throw noSuchTool(reference)
        names.push(stored?.name ?? reference)
      }
      return [...new Set(names)]
    },

    async assign(tx, agentId, names, caller) {
      const had = (await tx.tools.ofAgent(agentId)).map(({ tool }) => tool)
      for (const tool of had) {
        if (!names.includes(tool.name)) await tx.tools.detach(agentId, tool.id)
      }
      const given = await tx.tools.named(names.filter((name) => !isBuiltInTool(name)))
      for (const tool of given) {
        if (had.some(({ id }) => id === tool.id)) continue
        checkMayGive(tool, caller)
        await tx.tools.attach(agentId, tool.id, grantOf(tool))
      }
    },

    async approve(tx, agentId, name, caller) {
      if (isBuiltInTool(name)) return
      const attached = (await tx.tools.ofAgent(agentId)).find(({ tool }) => tool.name === name)
      if (!attached || covers(attached.grant, attached.tool)) return
      if (caller) checkMayGive(attached.tool, caller)
      await tx.tools.attach(agentId, attached.tool.id, grantOf(attached.tool))
    },
  }
}

function noSuchTool(reference: string): UserError {
  return new UserError(
    'invalid_argument',
    `An agent can't have the tool "${reference}". The tools are: ${BUILT_IN_TOOLS.join(', ')}, and those of users that list_tools shows.`,
  )
}

/** Giving an agent a tool that reaches further than its own memory takes the scope `admin`. */
export function checkMayGive(tool: ToolDefinition, caller: Caller): void {
  if (!reachesFurther(tool) || caller.scopes.has('admin')) return
  throw new UserError(
    'unauthorized',
    `The tool "${tool.name}" may do more than edit the memory of its own agent, so giving it to one needs the scope "admin"; nothing was changed. Use a token that has it.`,
  )
}
