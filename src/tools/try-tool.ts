import type { Caller } from '../core/access.ts'
import type { Agent } from '../core/agent.ts'
import type { Block } from '../core/block.ts'
import { type Clock, toTimestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import type { ToolDefinition } from '../core/stored-tool.ts'
import type { ToolTrial, ToolTrialResult } from '../core/tool-view.ts'
import { diffValues } from '../memory/diff-values.ts'
import { findAgent } from '../memory/find-agent.ts'
import type { SandboxOutcome } from '../sandbox/sandbox.ts'
import type { Reads } from '../storage/port/store.ts'
import type { ToolRuntime } from './bind-tool.ts'
import { BufferedActions } from './buffered-actions.ts'
import { callCode, cut, outputText, resultText } from './call-code.ts'
import { checkArguments } from './check-arguments.ts'
import { defineTool, ofServer, type ReadSource } from './define-tool.ts'
import { findTool } from './find-tool.ts'
import { type ClientCall, hostCalls } from './host-calls.ts'
import { checkMayGive } from './tool-registry.ts'
import { writeState } from './write-state.ts'

/** In the history of what a trial changes. */
const TRIAL = { kind: 'client' } as const

/** Runs a tool outside of any agent's run, to see what it does. */
export function createTrials(runtime: ToolRuntime, readSource: ReadSource, clock: Clock) {
  const { store, embed, actions: server, sandbox, fetchFor } = runtime

  async function definitionOf(trial: ToolTrial, caller: Caller): Promise<ToolDefinition> {
    const { tool, source, language } = trial
    if ((tool === undefined) === (source === undefined)) {
      throw new UserError(
        'invalid_argument',
        'Give either tool, the id or name of a stored one, or source, but not both.',
      )
    }
    if (tool === undefined) return defineTool({ source, language }, undefined, caller, readSource)
    const stored = await findTool(store.tools, tool)
    if (stored.language === 'mcp') throw ofServer(stored.name)
    // To run it is to use what it may do.
    checkMayGive(stored, caller)
    return stored
  }

  return run

  async function run(
    trial: ToolTrial,
    caller: Caller,
    signal: AbortSignal,
  ): Promise<ToolTrialResult> {
    const tool = await definitionOf(trial, caller)
    const args = checkArguments(tool.name, tool.parameters, trial.arguments)
    const state = trial.agent === undefined ? undefined : await stateOf(store, trial.agent)
    const now = clock()
    const actions = new BufferedActions(server, { author: TRIAL, from: undefined, now })
    const rights = new Set(tool.capabilities.filter((scope) => caller.scopes.has(scope)))
    const agentId = state?.agent.id
    const calls = hostCalls({ store, embed, agentId, rights, actions })
    const host = [...calls, ...fetchFor(tool)]
    const outcome = await callCode(await sandbox(), {
      tool: { ...tool, timeoutSeconds: trial.timeoutSeconds ?? tool.timeoutSeconds },
      arguments: args,
      agent: state,
      host: trial.commit ? host : host.map(withoutEffect),
      signal,
    })
    const changes =
      outcome.status === 'success' ? await settle(tool, state, outcome, actions, trial.commit) : []
    return present(outcome, changes, tool)
  }

  /** Changes of the call to the agent's blocks. Without `commit` the transaction is undone. */
  async function settle(
    { name }: ToolDefinition,
    state: State | undefined,
    { changes }: SandboxOutcome,
    actions: BufferedActions,
    commit: boolean,
  ): Promise<ToolTrialResult['changes']> {
    const note = { author: TRIAL, at: toTimestamp(clock()), reason: `Trial of ${name}` }
    try {
      return await store.transaction(async (tx) => {
        if (state) {
          await writeState(tx, state.agent.id, state.blocks, changes, note, server.checkRoom)
        }
        await actions.apply(tx)
        const made = state ? diffs(state.blocks, await tx.blocks.ofAgent(state.agent.id)) : []
        if (!commit) throw new Undone(made)
        return made
      })
    } catch (error) {
      if (error instanceof Undone) return error.changes
      throw error
    }
  }
}

class Undone extends Error {
  readonly changes: ToolTrialResult['changes']

  constructor(changes: ToolTrialResult['changes']) {
    super('undone')
    this.changes = changes
  }
}

interface State {
  readonly agent: Agent
  readonly blocks: readonly Block[]
}

function diffs(before: readonly Block[], after: readonly Block[]): ToolTrialResult['changes'] {
  return after.flatMap((block) => {
    const old = before.find(({ id }) => id === block.id)
    if (old?.value === block.value) return []
    const from = { version: old?.version ?? 0, value: old?.value ?? '' }
    return [{ label: block.label, diff: diffValues(block.label, from, block) }]
  })
}

async function stateOf(store: Pick<Reads, 'agents' | 'blocks'>, reference: string): Promise<State> {
  const agent = await findAgent(store.agents, reference)
  return { agent, blocks: await store.blocks.ofAgent(agent.id) }
}

/** Without `commit` nothing leaves the sandbox; only what reads is answered. */
function withoutEffect(call: ClientCall): ClientCall {
  if (call.reachesOut !== true) return call
  return {
    ...call,
    async run() {
      throw new UserError(
        'unsupported',
        `${call.name} is not done in a trial, since it would take effect. Run it with commit to have it done.`,
      )
    },
  }
}

function present(
  outcome: SandboxOutcome,
  changes: ToolTrialResult['changes'],
  tool: ToolDefinition,
): ToolTrialResult {
  const { status, error, stdout, stderr, durationMs } = outcome
  return {
    status,
    result: status === 'success' ? resultText(outcome, tool) : cut(error?.message ?? ''),
    stdout: outputText(stdout),
    stderr: outputText(stderr),
    durationMs,
    changes,
  }
}
