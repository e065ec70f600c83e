import { databaseTools } from '../agent/tools/database-tools.ts'
import type { InnerTool } from '../agent/tools/inner-tool.ts'
import type { ToolRegistry } from '../agent/tools/tool-registry.ts'
import type { Caller } from '../core/access.ts'
import { UserError } from '../core/errors.ts'
import { readId } from '../core/ids.ts'
import type { AttachedTool, ToolDefinition } from '../core/stored-tool.ts'
import { BUILT_IN_TOOLS, isBuiltInTool, isDatabaseTool } from '../core/tool.ts'
import { covers, grantOf, reachesFurther } from './grant.ts'
import { inReach } from './in-reach.ts'

export interface RegistryOptions {
  /** The other built-in tools that this server can run. */
  readonly builtIn: () => readonly InnerTool[]
  /** Makes a stored tool callable. */
  readonly toInner: (attached: AttachedTool) => InnerTool
}

/** The registry of a namespace with stored tools. */
export function createToolRegistry({ builtIn, toInner }: RegistryOptions): ToolRegistry {
  const others = (name: string) => builtIn().filter((tool) => tool.name === name)
  return {
    async ofAgent(reads, { id, tools: names, contextWindow }) {
      // Most agents have no stored tool, and this is read at every step.
      if (names.every(isDatabaseTool)) return databaseTools(names)
      const stored = new Map(
        (await reads.tools.ofAgent(id)).map((attached) => [attached.tool.name, attached]),
      )
      const own = names.flatMap((name) =>
        stored.has(name) ? [] : [...databaseTools([name]), ...others(name)],
      )
      const attached = names.flatMap((name) => stored.get(name) ?? [])
      return inReach(own, attached, toInner, contextWindow, names)
    },

    async resolve(reads, references, keepsMissing = false) {
      const names: string[] = []
      for (const reference of references) {
        if (isBuiltInTool(reference)) {
          const isHere = isDatabaseTool(reference) || others(reference).length > 0
          if (!isHere && !keepsMissing) throw missing(reference)
          names.push(reference)
          continue
        }
        const id = readId('tool', reference)
        const stored = id ? await reads.tools.get(id) : (await reads.tools.named([reference]))[0]
        if (!stored) throw noSuchTool(reference)
        names.push(stored.name)
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

function missing(name: string): UserError {
  return new UserError(
    'unsupported',
    `The tool ${name} is not available on this server. Its operator can set what it needs; docs/tools.md says what that is.`,
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
