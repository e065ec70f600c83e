import type { Summary } from '../core/agent.ts'
import type { Author, BlockVersion } from '../core/block.ts'
import type { Conversation } from '../core/conversation.ts'
import {
  type AgentId,
  type CallId,
  type ConversationId,
  newId,
  type PassageId,
} from '../core/ids.ts'
import type { MessageBody, MessageSender } from '../core/message.ts'
import type { Picture } from '../core/picture.ts'
import { cleanTags } from '../memory/insert-passages.ts'
import type { NewMessage } from '../storage/port/store.ts'
import type { AgentChecks } from './format/agent-checks.ts'
import type {
  FileArchive,
  FileBlock,
  FileConversation,
  FileMessage,
  FileSender,
  FileShownPicture,
  FileSummary,
  FileVersion,
} from './format/agent-file.ts'
import { mergeTwins } from './merge-twins.ts'

/* Parts of a file with new ids, as they are stored. */

/** Messages per INSERT. Chosen by hand. */
const MESSAGES_AT_ONCE = 100

export function importConversation(
  agentId: AgentId,
  file: FileConversation,
  id: ConversationId = newId('conv'),
) {
  const { title, created_at: createdAt, context } = file
  const conversation: Conversation = { id, agentId, title, createdAt }
  return { conversation, context, summaries: file.summaries.map(importSummary) }
}

/** Neighbouring messages of one conversation, at most `MESSAGES_AT_ONCE`; 0: the default one. */
export function batches(messages: readonly NewMessage[], places: readonly FileMessage[]) {
  const found: { readonly conversation: number; readonly messages: NewMessage[] }[] = []
  for (const [index, message] of messages.entries()) {
    const conversation = places[index]?.conversation ?? 0
    const last = found.at(-1)
    if (last?.conversation === conversation && last.messages.length < MESSAGES_AT_ONCE)
      last.messages.push(message)
    else found.push({ conversation, messages: [message] })
  }
  return found
}

/** `agentAt`: the agent that wrote the version at that place. */
export function importBlock(
  { key, label, attached_at, versions, metadata }: FileBlock,
  agentAt: (index: number) => AgentId | undefined,
) {
  const [first, ...rest] = versions.map(
    ({ by, read_only: readOnly, reason = null, ...version }, index): BlockVersion => ({
      ...version,
      version: index + 1,
      readOnly,
      author: authorOf(by, agentAt(index)),
      reason,
    }),
  )
  if (!first) throw new Error('a block without versions passed the check of the file')
  return {
    key,
    head: { id: newId('block'), label },
    versions: [first, ...rest] as const,
    metadata,
    attachedAt: attached_at,
  }
}

/** Runs and calls are not imported. A block of no agent has no agent as author. */
function authorOf(by: FileVersion['by'], agentId: AgentId | undefined): Author {
  if (agentId !== undefined) return { kind: 'agent', agentId, runId: null, callId: null }
  return { kind: by === 'agent' ? 'import' : by }
}

/** Tokens are counted anew: with wrong numbers the agent would misjudge its context for ever. */
export function importMessages(
  messages: readonly FileMessage[],
  checks: AgentChecks,
  /** The id that an agent of the file has here. */
  agentHere: (id: AgentId) => AgentId,
): readonly NewMessage[] {
  const calls = new Map<string, CallId>()
  return messages.map((message) => {
    const body = importBody(message, calls, agentHere)
    return {
      id: newId('message'),
      runId: null,
      tokens: checks.messageTokens(body),
      createdAt: message.created_at,
      body,
      hidden: message.hidden ?? false,
      elsewhere: 'elsewhere' in message ? message.elsewhere : undefined,
    }
  })
}

/** `calls` maps call ids of the file to new ids; a result belongs to the latest call with its id. */
function importBody(
  message: FileMessage,
  calls: Map<string, CallId>,
  agentHere: (id: AgentId) => AgentId,
): MessageBody {
  switch (message.role) {
    case 'user':
      return {
        role: 'user',
        text: message.text,
        ...(message.pictures && { pictures: message.pictures.map(importShown) }),
      }
    case 'system':
      return { role: 'system', text: message.text, ...importSender(message.sender, agentHere) }
    case 'assistant':
      return {
        role: 'assistant',
        text: message.text,
        reasoning: message.reasoning,
        toolCalls: message.tool_calls.map((call) => {
          const id = newId('call')
          calls.set(call.id, id)
          return { ...call, id }
        }),
        said: message.said,
        ...(message.speaker && {
          speaker: { agentId: agentHere(message.speaker.agent_id), name: message.speaker.name },
        }),
        ...(message.extras && { extras: message.extras }),
      }
    case 'tool':
      return {
        role: 'tool',
        callId: calls.get(message.call_id) ?? newId('call'),
        toolName: message.tool_name,
        status: message.status,
        text: message.text,
      }
  }
}

function importSender(
  file: FileSender | undefined,
  agentHere: (id: AgentId) => AgentId,
): { readonly sender?: MessageSender } {
  if (!file || file.kind === 'server') return file ? { sender: file } : {}
  const { kind, name, agent_id, run_id: runId, awaits_reply: awaitsReply } = file
  const agentId = agentHere(agent_id)
  return { sender: { kind, name, agentId, runId, awaitsReply } }
}

function importShown({ media_type, bytes, ...picture }: FileShownPicture): Picture {
  return { ...picture, mediaType: media_type, size: bytes }
}

export function importSummary({ from_message, to_message, ...summary }: FileSummary): Summary {
  return { ...summary, id: newId('summary'), fromSeq: from_message, toSeq: to_message }
}

export function importArchive({
  key,
  name,
  description,
  is_default,
  created_at,
  ...file
}: FileArchive) {
  const archive = { id: newId('archive'), name, description, createdAt: created_at }
  const passages = mergeTwins(file.passages)
  const ids = new Map<string, PassageId>(passages.map(({ id }) => [id, newId('passage')]))
  const idOf = (key: string): PassageId => {
    const id = ids.get(key)
    if (id === undefined) throw new Error('a link to no passage passed the check of the file')
    return id
  }
  return {
    key,
    archive,
    isDefault: is_default,
    passages: passages.map((passage) => ({
      id: idOf(passage.id),
      archiveId: archive.id,
      text: passage.text,
      source: passage.source,
      tags: cleanTags(passage.tags),
      position: passage.position,
      createdAt: passage.created_at,
      supersededBy: passage.superseded_by === undefined ? null : idOf(passage.superseded_by),
      expiresAt: passage.expires_at ?? null,
      foundCount: passage.found_count,
      lastFoundAt: passage.last_found_at ?? null,
    })),
  }
}
