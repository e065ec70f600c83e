import { createAgentTools, takeTool } from '../agent/agents/agent-tools.ts'
import { createCheckRoom } from '../agent/compaction/check-room.ts'
import { acceptMessage } from '../agent/inbox/accept-message.ts'
import { checkMessage } from '../agent/inbox/check-message.ts'
import { ALL_DATABASE_TOOLS } from '../agent/tools/database-tools.ts'
import type { InnerTool } from '../agent/tools/inner-tool.ts'
import type { ToolRegistry } from '../agent/tools/tool-registry.ts'
import type { Caller } from '../core/access.ts'
import type { AgentView, NewAgent } from '../core/agent-view.ts'
import type { Clock, Timestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import type { AgentId } from '../core/ids.ts'
import type { ToolSecret } from '../core/tool-secret.ts'
import type { ToolFields } from '../core/tool-view.ts'
import type { WebSearchSettings } from '../core/web-search.ts'
import {
  createGuardedFetch,
  createGuardedRequest,
  type GuardedFetchOptions,
} from '../fetch/guarded-fetch.ts'
import type { ModelRegistry } from '../llm/model.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { ToolsPort } from '../service/context.ts'
import type { EmbedQuery, Store, Transaction } from '../storage/port/store.ts'
import { checkTreeSize, childOrigin } from '../teams/origin.ts'
import type { ToolServers } from '../tool-servers/tool-servers.ts'
import { bindTool, type ToolRuntime } from '../tools/bind-tool.ts'
import type { ServerActions } from '../tools/buffered-actions.ts'
import { defineTool, type ReadSource } from '../tools/define-tool.ts'
import { fetchWebpage } from '../tools/fetch-webpage.ts'
import { grepFiles } from '../tools/files/grep-files.ts'
import { listFiles } from '../tools/files/list-files.ts'
import { openFiles } from '../tools/files/open-files.ts'
import { semanticSearchFiles } from '../tools/files/semantic-search-files.ts'
import { createToolLists } from '../tools/list-tools.ts'
import { ownTools } from '../tools/own-tools.ts'
import { runCode } from '../tools/run-code.ts'
import { bindServerTool, storeServerTools } from '../tools/server-tools.ts'
import { toolFetch } from '../tools/tool-fetch.ts'
import { createToolRegistry } from '../tools/tool-registry.ts'
import { createTools } from '../tools/tools.ts'
import { createTrials } from '../tools/try-tool.ts'
import { webSearch } from '../tools/web-search.ts'

/** Parts that the tools of a namespace need. */
export interface ToolParts {
  readonly store: Store
  readonly clock: Clock
  readonly embed: EmbedQuery
  readonly models: Pick<ModelRegistry, 'checkSender'>
  /** Name of this process. */
  readonly owner: string
  readonly sandbox: () => Promise<Sandbox>
  readonly namespace: string
  readonly servers: ToolServers
  readonly fetch: GuardedFetchOptions
  readonly toolSecrets: readonly ToolSecret[]
  readonly webSearch: WebSearchSettings | null
  /** Creates an agent in a transaction; agents need the registry of tools first. */
  readonly createAgent: (
    tx: Transaction,
    id: AgentId,
    fields: NewAgent,
    caller: Caller,
    at: Timestamp,
  ) => Promise<AgentView>
}

/** An agent that a tool creates gets no tool that its creator's tool could not give. */
const TOOL: Caller = { name: 'tool', scopes: new Set(['read', 'chat', 'write']) }

export function assembleRegistry(parts: ToolParts) {
  const { store, embed, sandbox } = parts
  const request = createGuardedRequest(parts.fetch)
  const registry: ToolRegistry = createToolRegistry({
    builtIn: () => builtIn,
    toInner: (attached) =>
      attached.tool.language === 'mcp'
        ? bindServerTool(parts.servers, parts.namespace, attached)
        : bindTool(runtime, attached),
  })
  const runtime: ToolRuntime = {
    store,
    embed,
    sandbox,
    actions: createActions(parts, registry),
    fetchFor: (tool) => toolFetch(tool, request, parts.toolSecrets),
  }
  const run = createTrials(runtime, readSource, parts.clock)
  const builtIn: readonly InnerTool[] = [
    runCode(sandbox),
    ...(parts.fetch.rule.kind === 'none' ? [] : [fetchWebpage(createGuardedFetch(parts.fetch))]),
    ...searchOf(parts),
    ...[listFiles, openFiles, grepFiles, semanticSearchFiles],
    ...ownTools({ registry, readSource, run }),
  ]
  return { registry, runtime, builtIn, run }
}

/** A service that the operator gave a key for may be asked, whatever else may be fetched. */
function searchOf({ webSearch: settings, fetch }: ToolParts): readonly InnerTool[] {
  if (settings === null) return []
  const { hostname } = new URL(settings.baseUrl)
  const request = createGuardedRequest({ ...fetch, rule: { kind: 'hosts', hosts: [hostname] } })
  return [webSearch(settings, request)]
}

export type AssembledTools = ReturnType<typeof assembleRegistry>

/** Parsers are loaded with the first source. */
export const readSource: ReadSource = async (language, source) => {
  const { readSignature } = await import('../source/languages/read-signature.ts')
  const { name, description, parameters } = await readSignature(language, source)
  return { name, description, parameters: { ...parameters } }
}

/** The author of an imported tool gives it nothing that reaches beyond the agent that has it. */
const IMPORT: Caller = { name: 'import', scopes: new Set() }

export const readImportedTool = (fields: ToolFields) =>
  defineTool(fields, undefined, IMPORT, readSource)

export function assembleToolsPort(
  { store, clock, servers, namespace }: ToolParts,
  { registry, builtIn, run }: AssembledTools,
): ToolsPort {
  const holders = createAgentTools(store, registry, clock)
  const lists = createToolLists(store, registry, () => [...ALL_DATABASE_TOOLS, ...builtIn])
  /** A server that can't be reached, or data that can't be written, must not hide the other tools. */
  const refresh = () =>
    storeServerTools(servers, namespace, store, clock).catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error
    })
  return {
    async list(query) {
      await refresh()
      return lists.list(query)
    },
    get: lists.get,
    ...createTools({
      store,
      clock,
      readSource,
      take: (tx, agentId, name, at) => takeTool(tx, registry, agentId, name, at),
    }),
    async attach(...given) {
      await refresh()
      return holders.attachTool(...given)
    },
    detach: holders.detachTool,
    run,
    async servers() {
      const views = await servers.list(namespace, { connect: true })
      return views.map(({ tools, ...view }) => ({ ...view, tools: tools.length }))
    },
  }
}

function createActions(
  { models, owner, createAgent }: ToolParts,
  registry: ToolRegistry,
): ServerActions {
  return {
    checkRoom: createCheckRoom(registry),
    async createAgent(tx, id, fields, at) {
      await createAgent(tx, id, fields, TOOL, at)
    },
    async sendMessage(tx, { id, agentId, text }, from, at) {
      const parent = await tx.runs.get(from.runId)
      if (!parent) throw new UserError('not_found', 'The run that sends the message is gone.')
      const origin = childOrigin(parent, 'message')
      checkTreeSize((await tx.runs.tree(parent.rootRunId)).runs, 1)
      const message = { agent: agentId, text: checkMessage(text) }
      await acceptMessage(tx, models, message, { id, acceptedBy: owner, at, origin })
    },
  }
}
