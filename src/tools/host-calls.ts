import type { Scope } from '../core/access.ts'
import { UserError } from '../core/errors.ts'
import type { AgentId } from '../core/ids.ts'
import { isRecord } from '../core/is-record.ts'
import { searchPassages } from '../memory/archival.ts'
import { findBlock } from '../memory/blocks.ts'
import { findAgent } from '../memory/find-agent.ts'
import type { HostCall } from '../sandbox/sandbox.ts'
import type { EmbedQuery, Store } from '../storage/port/store.ts'
import type { BufferedActions } from './buffered-actions.ts'
import { readText, readTexts, readWhole } from './host-arguments.ts'

export interface HostOptions {
  readonly store: Store
  readonly embed: EmbedQuery
  /** The agent whose tool runs; undefined: none, in a trial. */
  readonly agentId: AgentId | undefined
  /** Rights beyond the memory of that agent. */
  readonly rights: ReadonlySet<Scope>
  readonly actions: BufferedActions
}

export interface ClientCall extends HostCall {
  /** It creates, sends or fetches something, so a trial does not make it. */
  readonly reachesOut?: boolean
}

/** Chosen by hand. */
const MAX_LISTED = 100

type Args = Readonly<Record<string, unknown>>

/**
 * The methods of `client` in a tool's code. One that only reads is answered at once. One that writes is noted in
 * `actions`, and done when the result of the call is stored.
 */
export function hostCalls({
  store,
  embed,
  agentId,
  rights,
  actions,
}: HostOptions): readonly ClientCall[] {
  /** The agent that a call is about. Another agent than the tool's own needs `right`. */
  async function target(args: Args, right: Scope): Promise<AgentId> {
    const reference = readText(args, 'agent', agentId)
    if (reference === agentId && agentId !== undefined) return agentId
    // An agent that this call creates exists only when its result is stored.
    const made = actions.madeAgent(reference)
    const id = made ?? (await findAgent(store.agents, reference)).id
    if (id !== agentId && made === undefined) requireRight(rights, right)
    return id
  }

  const reads: readonly ClientCall[] = [
    {
      name: 'client.read_memory',
      parameters: ['label', 'agent'],
      async run(args) {
        const id = await target(args, 'read')
        const label = readText(args, 'label', '')
        const blocks =
          label === '' ? await store.blocks.ofAgent(id) : [await findBlock(store, id, label)]
        return {
          blocks: blocks.map(({ label, value, description, limit, readOnly }) => ({
            label,
            value,
            description,
            limit,
            read_only: readOnly,
          })),
        }
      },
    },
    {
      name: 'client.search_archival',
      parameters: ['query', 'agent', 'limit'],
      async run(args) {
        const id = await target(args, 'read')
        // Days are those of the agent that asks.
        const asker = await store.agents.get(agentId ?? id)
        const filter = {
          query: readText(args, 'query', ''),
          timezone: asker?.settings.timezone,
          limit: readWhole(args, 'limit', 10, MAX_LISTED),
        }
        const { items } = await searchPassages(store, id, filter, embed)
        return {
          passages: items.map(({ item }) => ({
            id: item.id,
            text: item.text,
            tags: item.tags,
            created_at: item.createdAt,
          })),
        }
      },
    },
    {
      name: 'client.list_agents',
      parameters: ['query', 'tags', 'limit'],
      async run(args) {
        requireRight(rights, 'read')
        const { items } = await store.agents.list({
          query: readText(args, 'query', ''),
          tags: readTexts(args, 'tags'),
          limit: readWhole(args, 'limit', MAX_LISTED, MAX_LISTED),
        })
        return {
          agents: items.map(({ id, name, description, tags }) => ({ id, name, description, tags })),
        }
      },
    },
  ]
  return [...reads, ...writes(target, rights, actions)]
}

function writes(
  target: (args: Args, right: Scope) => Promise<AgentId>,
  rights: ReadonlySet<Scope>,
  actions: BufferedActions,
): readonly ClientCall[] {
  return [
    {
      name: 'client.write_memory_block',
      parameters: ['label', 'value', 'agent', 'description'],
      run: async (args) =>
        actions.writeBlock(await target(args, 'write'), {
          label: readText(args, 'label'),
          value: readText(args, 'value'),
          description: readText(args, 'description', ''),
        }),
    },
    {
      name: 'client.append_to_memory_block',
      parameters: ['label', 'text', 'agent'],
      run: async (args) =>
        actions.editBlock(await target(args, 'write'), readText(args, 'label'), {
          kind: 'append',
          text: readText(args, 'text'),
        }),
    },
    {
      name: 'client.replace_in_memory_block',
      parameters: ['label', 'old_text', 'new_text', 'agent'],
      run: async (args) =>
        actions.editBlock(await target(args, 'write'), readText(args, 'label'), {
          kind: 'replace_one',
          oldText: readText(args, 'old_text'),
          newText: readText(args, 'new_text'),
        }),
    },
    {
      name: 'client.insert_archival',
      parameters: ['text', 'tags', 'agent'],
      run: async (args) =>
        actions.insertPassage(
          await target(args, 'write'),
          readText(args, 'text'),
          readTexts(args, 'tags'),
        ),
    },
    {
      name: 'client.create_agent',
      reachesOut: true,
      parameters: ['name', 'persona', 'human', 'description', 'tags', 'blocks'],
      async run(args) {
        requireRight(rights, 'write')
        return {
          agent_id: actions.createAgent({
            name: optional(args, 'name'),
            persona: optional(args, 'persona'),
            human: optional(args, 'human'),
            description: optional(args, 'description'),
            tags: readTexts(args, 'tags'),
            blocks: readBlocks(args.blocks),
          }),
        }
      },
    },
    {
      name: 'client.send_message',
      reachesOut: true,
      parameters: ['agent', 'message'],
      async run(args) {
        requireRight(rights, 'chat')
        const id = await target(args, 'chat')
        return { run_id: actions.sendMessage(id, readText(args, 'message')) }
      },
    },
  ]
}

function optional(args: Args, name: string): string | undefined {
  return args[name] === undefined || args[name] === null ? undefined : readText(args, name)
}

function readBlocks(value: unknown) {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || !value.every(isRecord)) {
    throw new UserError(
      'invalid_argument',
      'blocks is a list of objects with label and value, such as [{"label": "notes", "value": ""}].',
    )
  }
  return value.map((block) => ({
    label: readText(block, 'label'),
    value: readText(block, 'value', ''),
    description: readText(block, 'description', ''),
  }))
}

function requireRight(rights: ReadonlySet<Scope>, right: Scope): void {
  if (rights.has(right)) return
  throw new UserError(
    'unauthorized',
    `This needs the capability "${right}": either the tool does not name it, or the caller that started this run lacks it. Without it a tool reaches only the memory of its own agent.`,
  )
}
