import type { Agent, ContextState } from '../../core/agent.ts'
import type { AgentId, ConversationId, RunId } from '../../core/ids.ts'
import { beginsTurn, type Message } from '../../core/message.ts'
import type { Reads } from '../../storage/port/store.ts'
import type { ToolRegistry } from '../tools/tool-registry.ts'
import type { ContextInput } from './compile-context.ts'
import { inTurns } from './in-turns.ts'
import { pictured } from './show-pictures.ts'

/** Reads the current input of `compileContext`; `runId` is the run in progress, null for an inspection from outside. */
export async function readContext(
  reads: Pick<Reads, 'agents' | 'blocks' | 'conversations' | 'messages' | 'pictures' | 'tools'>,
  registry: ToolRegistry,
  agent: Agent,
  conversationId: ConversationId,
  runId: RunId | null,
  now: number,
  turn: Pick<ContextInput, 'speakNow' | 'repeats' | 'calls'>,
): Promise<ContextInput> {
  const { state: stored, counts } = await reads.conversations.context(conversationId)
  // After a switch to `drop`, summaries written under an older setting are not shown.
  const drops = agent.settings.compactionMode === 'drop'
  const state = drops ? { ...stored, summary: null } : stored
  const history = inTurns(await messagesInSight(reads, conversationId, state), runId)
  return {
    agent,
    conversationId,
    tools: await registry.ofAgent(reads, agent),
    blocks: await reads.blocks.ofAgent(agent.id),
    counts,
    state,
    history,
    pictureProblems: await problemsOf(reads, agent.id, history),
    now,
    ...turn,
  }
}

async function problemsOf(
  { pictures }: Pick<Reads, 'pictures'>,
  agentId: AgentId,
  history: readonly Message[],
): Promise<ReadonlyMap<string, string>> {
  if (pictured(history).length === 0) return new Map()
  const all = await pictures.ofAgent(agentId)
  return new Map(
    all.flatMap(({ picture, problem }) => (problem === null ? [] : [[picture.digest, problem]])),
  )
}

/**
 * Keeps the user's message visible for a turn that has lost its first steps. A message that a provider's filter refused
 * is left out, since it would get every later request refused as well.
 */
async function messagesInSight(
  reads: Pick<Reads, 'messages'>,
  id: ConversationId,
  state: ContextState,
): Promise<readonly Message[]> {
  const messages = await reads.messages.inSight(id, state.from)
  const [first] = messages
  if (!first || beginsTurn(first)) return messages
  const asked = await reads.messages.userMessageBefore(id, first.seq)
  return asked ? [asked, ...messages] : messages
}
