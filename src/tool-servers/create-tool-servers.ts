import type { Tool } from '@modelcontextprotocol/client'
import { UserError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import { cleanText, sliceCharacters } from '../core/text.ts'
import { type Connection, createConnection } from './connection.ts'
import { matchesAny, toolName } from './names.ts'
import type { Environment, ServerSettings } from './settings.ts'
import type { ServerEffect, ServerTool, ServerView, ToolServers } from './tool-servers.ts'

export interface ToolServersOptions {
  readonly servers: ReadonlyMap<string, ServerSettings>
  readonly environment: Environment
  readonly log: Log
  readonly now: () => number
}

/** Chosen by hand: descriptions are read by a model at every step. */
const MAX_DESCRIPTION_CHARS = 1_024

interface Attached {
  readonly name: string
  readonly settings: ServerSettings
  readonly connection: Connection
}

export function createToolServers({
  servers,
  environment,
  log,
  now,
}: ToolServersOptions): ToolServers {
  const all: readonly Attached[] = [...servers].map(([name, settings]) => ({
    name,
    settings,
    connection: createConnection({ name, settings, environment, log, now }),
  }))
  const of = (namespace: string) =>
    all.filter(({ settings }) => settings.namespaces?.includes(namespace) ?? true)

  return {
    async tools(namespace) {
      const found = await Promise.all(
        of(namespace).map(async (attached) => {
          if (attached.connection.tools === undefined) {
            await attached.connection.open().catch(() => {})
          }
          return toolsOf(attached)
        }),
      )
      return found.flat()
    },

    async call({ namespace, server, ...call }) {
      const attached = of(namespace).find(({ name }) => name === server)
      const isOffered = attached && isAllowed(attached.settings, call.tool)
      if (!isOffered) {
        throw new UserError(
          'not_found',
          `There is no tool "${call.tool}" of a tool server "${server}" any more. Detach it, or ask the operator about RECOLLECT_TOOL_SERVERS.`,
        )
      }
      return attached.connection.call(call)
    },

    async list(namespace, { connect }) {
      const some = namespace === undefined ? all : of(namespace)
      if (connect)
        await Promise.all(some.map(({ connection }) => connection.open().catch(() => {})))
      return some.map(viewOf)
    },

    async close() {
      await Promise.all(all.map(({ connection }) => connection.close()))
    },
  }
}

function toolsOf({ name, settings, connection }: Attached): readonly ServerTool[] {
  return (connection.tools ?? [])
    .filter((tool) => isAllowed(settings, tool.name))
    .map((tool) => ({
      name: toolName(name, tool.name),
      server: name,
      tool: tool.name,
      description: sliceCharacters(
        cleanText(tool.description ?? tool.title ?? ''),
        0,
        MAX_DESCRIPTION_CHARS,
      ),
      parameters: { ...tool.inputSchema },
      effect: effectOf(tool),
      requiresApproval: matchesAny(settings.approve ?? [], tool.name),
    }))
}

function isAllowed({ tools }: ServerSettings, name: string): boolean {
  return tools === undefined || matchesAny(tools, name)
}

/** A server that declares nothing may do anything, so its calls are never repeated. */
function effectOf({ annotations }: Tool): ServerEffect {
  if (annotations?.readOnlyHint === true) return 'readonly'
  return annotations?.idempotentHint === true ? 'idempotent' : 'once'
}

function viewOf(attached: Attached): ServerView {
  const { name, settings, connection } = attached
  const { failure, isConnected, tools } = connection
  return {
    name,
    transport: 'url' in settings ? 'http' : 'stdio',
    status: isConnected
      ? 'connected'
      : failure !== undefined
        ? 'failed'
        : tools
          ? 'idle'
          : 'not_connected',
    tools: toolsOf(attached).map((tool) => tool.name),
    ...(failure !== undefined && { error: failure }),
  }
}
