import {
  type BoundCall,
  type CallContext,
  type InnerTool,
  StalePreparation,
} from '../agent/tools/inner-tool.ts'
import { toTimestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import type { AttachedTool, StoredTool, ToolDefinition } from '../core/stored-tool.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { EmbedQuery, Store, Transaction } from '../storage/port/store.ts'
import { BufferedActions, type ServerActions } from './buffered-actions.ts'
import { callCode, failureText, resultText } from './call-code.ts'
import { checkArguments, straightenByJsonSchema } from './check-arguments.ts'
import { covers } from './grant.ts'
import { type ClientCall, hostCalls } from './host-calls.ts'
import { writeState } from './write-state.ts'

export interface ToolRuntime {
  readonly store: Store
  readonly embed: EmbedQuery
  /** Starts with the first call. */
  readonly sandbox: () => Promise<Sandbox>
  readonly actions: ServerActions
  /** `fetch` for a tool with these hosts and secrets. */
  readonly fetchFor: (tool: ToolDefinition) => readonly ClientCall[]
}

/** A stored tool as the agent's model sees it. */
export function describeAttached({ tool, grant }: AttachedTool): Omit<InnerTool, 'bind'> {
  const { name, description, parameters, effect, requiresApproval } = tool
  const standing = requiresApproval ? 'every_call' : undefined
  return {
    name,
    description,
    parameters,
    effect,
    needsApproval: covers(grant, tool) ? standing : 'first_call',
    straighten: (args, besides) => straightenByJsonSchema(parameters, args, besides),
  }
}

/** The stored tool as the agent's model calls it. */
export function bindTool(runtime: ToolRuntime, attached: AttachedTool): InnerTool {
  const { tool } = attached
  const { name, parameters, effect } = tool
  return {
    ...describeAttached(attached),
    bind(args): BoundCall {
      const checked = checkArguments(name, parameters, args)
      if (effect === 'database') {
        return {
          trust: 'untrusted',
          effect,
          prepare: (context, signal) => run(runtime, tool, checked, context, signal),
        }
      }
      return {
        trust: 'untrusted',
        effect,
        async run(context, signal) {
          const apply = await run(runtime, tool, checked, context, signal)
          return {
            apply: (tx) =>
              apply(tx).catch((error: unknown) => {
                throw error instanceof StalePreparation ? changedMeanwhile(name) : error
              }),
          }
        },
      }
    },
  }
}

/** Runs the code on the state as it is now. Its writes wait for the transaction that stores the result. */
async function run(
  { store, embed, sandbox, actions: server, fetchFor }: ToolRuntime,
  tool: StoredTool,
  args: Readonly<Record<string, unknown>>,
  { agent: caller, runId, callId, now, scopes }: CallContext,
  signal: AbortSignal,
): Promise<(tx: Transaction) => Promise<string>> {
  const agentId = caller.id
  const agent = await store.agents.get(agentId)
  if (!agent) throw new UserError('not_found', 'The agent was deleted.')
  const blocks = await store.blocks.ofAgent(agentId)
  const author = { kind: 'agent', agentId, runId, callId } as const
  const actions = new BufferedActions(server, { author, from: { agentId, runId }, now })
  const rights = new Set(tool.capabilities.filter((scope) => scopes.includes(scope)))
  const outcome = await callCode(await sandbox(), {
    tool,
    arguments: args,
    agent: { agent, blocks },
    host: [...hostCalls({ store, embed, agentId, rights, actions }), ...fetchFor(tool)],
    signal,
  })
  if (outcome.status !== 'success') {
    throw new UserError('invalid_argument', failureText(tool.name, outcome))
  }
  const isReadOnly = tool.effect === 'readonly'
  if (isReadOnly && (outcome.changes.length > 0 || !actions.isEmpty)) {
    throw new UserError(
      'read_only',
      `${tool.name} has the effect "readonly" and tried to change something; nothing was changed. Its owner can give it the effect "database" with update_tool.`,
    )
  }
  return async (tx) => {
    const note = { author, at: toTimestamp(now) }
    await writeState(tx, agentId, blocks, outcome.changes, note, server.checkRoom)
    await actions.apply(tx)
    return resultText(outcome)
  }
}

/** Its work outside is done, so it can't be run again. */
function changedMeanwhile(name: string): UserError {
  return new UserError(
    'conflict',
    `${name} was run, but the memory that it read has changed meanwhile, so its changes to memory were not stored. What it did outside is done.`,
  )
}
