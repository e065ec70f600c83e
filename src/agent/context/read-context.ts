import type { Agent } from '../../core/agent.ts'
import type { AgentId, ConversationId, RunId } from '../../core/ids.ts'
import { beginsTurn, type Message } from '../../core/message.ts'
import type { Reads } from '../../storage/port/store.ts'
import type { ToolRegistry } from '../tools/tool-registry.ts'
import type { ContextInput } from './compile-context.ts'
import { inTurns } from './in-turns.ts'
import { pictured } from './show-pictures.ts'

/** Reads the current input of `compileContext`; `runId` is the run in progress, null for an inspection from outside. */
export async function readContext(
  reads: Pick<Reads, 'agents' | 'conversations' | 'messages' | 'pictures' | 'tools'>,
  registry: ToolRegistry,
  agent: Agent,
  conversationId: ConversationId,
  runId: RunId | null,
  now: number,
  turn: Pick<ContextInput, 'speakNow' | 'repeats' | 'calls'>,
): Promise<ContextInput> {
  const found = await reads.conversations.context(conversationId, agent.id)
  // After a switch to `drop`, summaries written under an older setting are not shown.
  const drops = agent.settings.compactionMode === 'drop'
  const state = drops ? { ...found.state, summary: null } : found.state
  const history = inTurns(await withQuestion(reads, conversationId, found.messages), runId)
  return {
    agent,
    conversationId,
    tools: await registry.ofAgent(reads, agent),
    blocks: found.blocks,
    counts: found.counts,
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
async function withQuestion(
  reads: Pick<Reads, 'messages'>,
  id: ConversationId,
  messages: readonly Message[],
): Promise<readonly Message[]> {
  const [first] = messages
  if (!first || beginsTurn(first)) return messages
  const asked = await reads.messages.userMessageBefore(id, first.seq)
  return asked ? [asked, ...messages] : messages
}
