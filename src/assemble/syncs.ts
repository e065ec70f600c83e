import { createCheckRoom } from '../agent/compaction/check-room.ts'
import type { ToolRegistry } from '../agent/tools/tool-registry.ts'
import type { SyncTools } from '../block-sync/sync-handler.ts'
import type { Agent } from '../core/agent.ts'
import { UserError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import { allowsHost } from '../fetch/fetch-rule.ts'
import { openFetch } from '../fetch/open-fetch.ts'
import type { SyncPort } from '../service/context.ts'
import type { Reads } from '../storage/port/store.ts'
import { findTool } from '../tools/find-tool.ts'
import { readableText } from '../tools/readable-text.ts'
import type { Parts } from './parts.ts'

/* Memory blocks kept in step: where their texts come from. */

/** Chosen by hand: a block holds far less, but a page has markup. */
const MAX_BYTES = 5_000_000
const MILLISECONDS = 30_000

/** Its code is loaded with its first use. */
export function lazySyncs(
  { config, storage, namespace: open }: Parts,
  namespace: string,
): SyncPort {
  return {
    async sync(request) {
      const { createSyncs } = await import('../block-sync/syncs.ts')
      const { store, registry } = open(namespace)
      const { clock } = storage
      return createSyncs({
        ...{ store, clock },
        checkUrl: (url) => checkUrl(url, config.fetch.rule),
        async checkTool(agent, reference, args) {
          const name = agent.tools.includes(reference)
            ? reference
            : (await findTool(store.tools, reference)).name
          await bindCall(registry, store, agent, { name, arguments: args })
          return name
        },
      }).sync(request)
    },
  }
}

export function syncTools({ config, storage, log, namespace: open }: Parts): SyncTools {
  const fetch = openFetch(config.fetch)
  return {
    clock: storage.clock,
    log,
    checkRoom: (namespace) => createCheckRoom(open(namespace).registry),
    async fetchText(url, signal) {
      const limits = { maxBytes: MAX_BYTES, milliseconds: MILLISECONDS, signal }
      const { body, mediaType } = await fetch(url, limits)
      const text = body.toString('utf8')
      return mediaType.includes('html') ? readableText(text) : text
    },
    async callTool(namespace, agentId, call, signal) {
      const { store, registry } = open(namespace)
      const agent = await store.agents.get(agentId)
      if (!agent) throw new UserError('not_found', 'The agent was deleted.')
      const bound = await bindCall(registry, store, agent, call)
      // Nobody is there whose rights it could use.
      const context = {
        ...{ agent, scopes: [], now: storage.clock() },
        ...{ runId: newId('run'), callId: newId('call') },
      }
      if (bound.effect === 'database') return bound.prepare(context, signal)
      const result = await bound.run(context, signal)
      if (typeof result === 'string') return async () => result
      return 'apply' in result ? result.apply : async () => result.text
    },
  }
}

/** Throws a UserError unless the agent can make the call without a person. */
async function bindCall(
  registry: ToolRegistry,
  reads: Pick<Reads, 'tools'>,
  agent: Agent,
  call: { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> },
) {
  const tool = (await registry.ofAgent(reads, agent)).find(({ name }) => name === call.name)
  if (!tool) {
    throw new UserError(
      'not_found',
      `${agent.name} has no tool ${call.name}. Give it the tool first (attach_tool, update_agent).`,
    )
  }
  if (tool.needsApproval !== undefined) {
    throw new UserError(
      'unauthorized',
      `${call.name} needs a person's approval for ${agent.name}, and none is there when the block is filled. Approve it by attaching it (attach_tool), or choose one that needs none.`,
    )
  }
  const bound = tool.bind(tool.straighten(call.arguments, []))
  if (bound.trust === 'untrusted' && bound.effect !== 'await') return bound
  throw new UserError(
    'invalid_argument',
    `${call.name} is built in and fills no block. Choose a stored tool or one of a tool server, or give a url.`,
  )
}

function checkUrl(url: string, rule: Parameters<typeof allowsHost>[0]): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed?.protocol !== 'https:')
    throw new UserError('invalid_argument', 'The url must be an https address.')
  if (allowsHost(rule, parsed.hostname)) return
  throw new UserError(
    'unsupported',
    `This server does not fetch from ${parsed.hostname}. Its operator can allow it with RECOLLECT_FETCH.`,
  )
}
