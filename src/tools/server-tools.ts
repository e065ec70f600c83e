import type { BoundCall, InnerTool } from '../agent/tools/inner-tool.ts'
import { type Clock, toTimestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import {
  type AttachedTool,
  DEFAULT_TOOL_SECONDS,
  type StoredTool,
  type ToolDefinition,
} from '../core/stored-tool.ts'
import type { Store } from '../storage/port/store.ts'
import type { ServerTool, ToolServers } from '../tool-servers/tool-servers.ts'
import { describeAttached } from './bind-tool.ts'
import { checkArguments } from './check-arguments.ts'

/*
 * A tool of another MCP server is stored as well: what a person approved of it is kept with it, and a new description or
 * schema is a new version, which needs approval again.
 */

/** Stores what the servers offer to the namespace now. A tool that is gone stays, and says so when it is called. */
export async function storeServerTools(
  servers: ToolServers,
  namespace: string,
  store: Store,
  clock: Clock,
): Promise<void> {
  const offered = (await servers.tools(namespace)).map(definitionOf)
  const known = new Map(
    (await store.tools.named(offered.map(({ name }) => name))).map((tool) => [tool.name, tool]),
  )
  const changed = offered.filter((definition) => !isSame(definition, known.get(definition.name)))
  if (changed.length === 0) return
  await store.transaction(async (tx) => {
    for (const definition of changed) {
      const note = { author: { name: `server ${definition.source}` }, at: toTimestamp(clock()) }
      const [stored] = await tx.tools.named([definition.name])
      const tool = stored && (await tx.tools.get(stored.id))
      if (!tool) await tx.tools.insert(newId('tool'), definition, note)
      // A user's tool keeps its name.
      else if (tool.language === 'mcp') await tx.tools.update(tool, definition, note)
    }
  })
}

/** A stored tool of a server as the agent's model calls it. */
export function bindServerTool(
  servers: ToolServers,
  namespace: string,
  attached: AttachedTool,
): InnerTool {
  const { tool } = attached
  const { name, parameters, effect } = tool
  if (effect === 'database') throw new Error('a tool of a server writes nothing here')
  return {
    ...describeAttached(attached),
    bind(args): BoundCall {
      const checked = checkArguments(name, parameters, args)
      return {
        trust: 'untrusted',
        effect,
        async run({ callId }, signal) {
          const { status, text } = await servers.call({
            namespace,
            server: tool.source,
            tool: tool.entry,
            arguments: checked,
            callId,
            signal,
          })
          if (status === 'error') throw new UserError('invalid_argument', text)
          return text
        },
      }
    },
  }
}

function definitionOf(tool: ServerTool): ToolDefinition {
  return {
    name: tool.name,
    description: tool.description,
    language: 'mcp',
    source: tool.server,
    entry: tool.tool,
    parameters: { properties: {}, required: [], ...tool.parameters },
    given: [],
    tags: [tool.server],
    effect: tool.effect,
    requiresApproval: tool.requiresApproval,
    capabilities: [],
    network: [],
    secrets: [],
    timeoutSeconds: DEFAULT_TOOL_SECONDS,
  }
}

function isSame(definition: ToolDefinition, tool: StoredTool | undefined): boolean {
  if (!tool) return false
  const names = Object.keys(definition) as (keyof ToolDefinition)[]
  return names.every((name) => JSON.stringify(definition[name]) === JSON.stringify(tool[name]))
}
