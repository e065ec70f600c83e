import type { Agent } from '../core/agent.ts'
import type { BlockVersion } from '../core/block.ts'
import type { AgentId, ConversationId } from '../core/ids.ts'
import type { Extras, Message, MessageSender } from '../core/message.ts'
import type { Picture } from '../core/picture.ts'
import { flattenToolRule } from '../core/tool-rule.ts'
import type { PlacedPassage, Reads } from '../storage/port/store.ts'
import type {
  FileAgent,
  FileMessage,
  FileMessageExtras,
  FilePassage,
  FileSender,
  FileSummary,
  FileVersion,
} from './format/agent-file.ts'
import { toFileSettings } from './format/file-settings.ts'

export type Numbering = (seq: number) => Promise<number>

/** A message's number in the file. It differs from `seq` only if a conversation was deleted. */
export async function numbering(reads: Reads, agentId: AgentId): Promise<Numbering> {
  const last = await reads.messages.last(agentId)
  const { messages } = await reads.agents.counts(agentId)
  if (messages === last) return async (seq) => seq
  return async (seq) => 1 + (await reads.messages.countBefore(agentId, seq))
}

export async function toFileContext(reads: Reads, id: ConversationId, numberOf: Numbering) {
  const { from, summariesFrom, pressureTold } = await reads.conversations.contextState(id)
  const summaries: FileSummary[] = []
  for (const { text, fromSeq, toSeq, until, method } of await reads.conversations.summaries(id)) {
    const from_message = await numberOf(fromSeq)
    const to_message = Math.max(from_message, (await numberOf(toSeq + 1)) - 1)
    summaries.push({ text, from_message, to_message, until, method })
  }
  return {
    context: {
      from: await numberOf(from),
      summaries_from: await numberOf(summariesFrom),
      pressure_told: pressureTold,
    },
    summaries,
  }
}

export function toFileAgent(agent: Agent): FileAgent {
  return {
    name: agent.name,
    description: agent.description,
    agent_type: agent.agentType,
    model: agent.model,
    embedding: agent.embedding,
    context_window: agent.contextWindow,
    system: agent.system,
    tags: [...agent.tags],
    tools: [...agent.tools],
    tool_rules: agent.toolRules.map((rule) => {
      const { children, cases, ...flat } = flattenToolRule(rule)
      return {
        ...flat,
        ...(children && { children: [...children] }),
        ...(cases && { cases: [...cases] }),
      }
    }),
    settings: toFileSettings(agent.settings),
    ...(agent.metadata && { metadata: agent.metadata }),
    created_at: agent.createdAt,
  }
}

/** Changes of a shared block by other agents are exported as changes by a client. */
export function toFileVersion(version: BlockVersion, agentId: AgentId): FileVersion {
  const { author, reason } = version
  const isOthers = author.kind === 'agent' && author.agentId !== agentId
  return {
    value: version.value,
    description: version.description,
    limit: version.limit,
    read_only: version.readOnly,
    at: version.at,
    by: isOthers ? 'client' : author.kind,
    ...(reason !== null && { reason }),
  }
}

export function toFileMessage(message: Message): FileMessage {
  const { createdAt: created_at, text } = message
  const elsewhere = message.elsewhere && { elsewhere: message.elsewhere }
  switch (message.role) {
    case 'user':
      return {
        role: 'user',
        created_at,
        text,
        ...(message.pictures && { pictures: message.pictures.map(toFilePicture) }),
        ...elsewhere,
      }
    case 'system':
      return { role: 'system', created_at, text, ...toFileSender(message.sender) }
    case 'assistant':
      return {
        role: 'assistant',
        created_at,
        text,
        reasoning: message.reasoning,
        tool_calls: message.toolCalls.map((call) => ({ ...call })),
        said: [...message.said],
        ...(message.speaker && {
          speaker: { agent_id: message.speaker.agentId, name: message.speaker.name },
        }),
        ...(message.extras && { extras: toFileExtras(message.extras) }),
        ...elsewhere,
      }
    case 'tool':
      return {
        role: 'tool',
        created_at,
        call_id: message.callId,
        tool_name: message.toolName,
        status: message.status,
        text,
      }
  }
}

function toFileSender(sender: MessageSender | undefined): { readonly sender?: FileSender } {
  if (!sender || sender.kind === 'server') return sender ? { sender } : {}
  const { kind, name, agentId: agent_id, runId: run_id, awaitsReply: awaits_reply } = sender
  return { sender: { kind, name, agent_id, run_id, awaits_reply } }
}

function toFilePicture({ digest, mediaType, size, width, height }: Picture) {
  return { digest, media_type: mediaType, bytes: size, width, height }
}

function toFileExtras({ model, wire, message, calls }: Extras): FileMessageExtras {
  return { model, wire, ...(message && { message }), ...(calls && { calls: [...calls] }) }
}

export function toFilePassage(passage: PlacedPassage): FilePassage {
  const { supersededBy, expiresAt, lastFoundAt } = passage
  return {
    id: passage.id,
    text: passage.text,
    tags: [...passage.tags],
    source: passage.source,
    position: passage.position,
    created_at: passage.createdAt,
    ...(supersededBy !== null && { superseded_by: supersededBy }),
    ...(expiresAt !== null && { expires_at: expiresAt }),
    found_count: passage.foundCount,
    ...(lastFoundAt !== null && { last_found_at: lastFoundAt }),
  }
}
