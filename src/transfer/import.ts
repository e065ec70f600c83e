import { setImmediate as letOthersTurn } from 'node:timers/promises'
import type { Summary } from '../core/agent.ts'
import type { BlockVersion } from '../core/block.ts'
import { type Timestamp, toTimestamp } from '../core/clock.ts'
import { type Conversation, defaultConversation } from '../core/conversation.ts'
import { UserError } from '../core/errors.ts'
import {
  type AgentId,
  type CallId,
  type ConversationId,
  type GroupId,
  newId,
  type PassageId,
} from '../core/ids.ts'
import type { MessageBody, MessageSender } from '../core/message.ts'
import type { Picture } from '../core/picture.ts'
import { cleanTags } from '../memory/insert-passages.ts'
import type { NewMessage, Store, Transaction } from '../storage/port/store.ts'
import type { AgentChecks } from './agent-checks.ts'
import type {
  AgentFile,
  FileArchive,
  FileBlock,
  FileConversation,
  FileMessage,
  FileSender,
  FileShownPicture,
  FileSummary,
} from './agent-file.ts'
import { freeName } from './free-name.ts'
import { importPictures, keepPictures } from './import-pictures.ts'
import { type ImportedSettings, importSettings } from './import-settings.ts'
import { mergeTwins } from './merge-twins.ts'

/** Messages per INSERT. Chosen by hand. */
const MESSAGES_AT_ONCE = 100

export interface Imported {
  /** The new agent; of a team, its manager. */
  readonly agentId: AgentId
  readonly groupId?: GroupId
  readonly warnings: readonly string[]
}

/**
 * Imports a file as a new agent, or changes nothing. Everything gets new ids, so no existing data is affected. One
 * transaction, which blocks other writers while it lasts.
 */
export async function importAgent(
  store: Store,
  file: AgentFile,
  checks: AgentChecks,
  now: number,
): Promise<Imported> {
  return store.transaction(await prepareImport(file, checks, now))
}

/** Everything that is slow; the returned function writes, and may run more than once. */
export async function prepareImport(
  file: AgentFile,
  checks: AgentChecks,
  now: number,
): Promise<(tx: Transaction) => Promise<Imported>> {
  const at = toTimestamp(now)
  const id = newId('agent')
  const { agent, warnings } = await importSettings(id, file.agent, checks, at)
  const blocks = file.blocks.map((block) => importBlock(id, block))
  const messages = importMessages(file.messages, checks)
  const summaries = file.summaries.map(importSummary)
  const archives = file.archives.map(importArchive)
  const pictures = importPictures(file.pictures ?? [])
  const conversations = (file.conversations ?? []).map((one) => importConversation(id, one))
  const ranOn = await ranOnHere(file, checks)
  return async (tx) => {
    const name = await freeName(tx, agent.name)
    await tx.agents.insert({ ...agent, name })
    for (const { head, versions, attachedAt } of blocks) {
      const block = await tx.blocks.insertHistory(head, versions)
      await tx.blocks.attach(id, block, attachedAt)
    }
    checks.room({ ...agent, name }, await tx.blocks.ofAgent(id))
    await keepPictures(tx, id, pictures)
    for (const { conversation } of conversations) await tx.conversations.insert(conversation)
    for (const batch of batches(messages, file.messages)) {
      const place = conversations[batch.conversation - 1]?.conversation.id
      await tx.messages.append(id, batch.messages, place)
      // Other writers wait, but readers are served.
      await letOthersTurn()
    }
    await importContext(tx, defaultConversation(id), file.context, summaries, at)
    await tx.conversations.setContext(defaultConversation(id), { ranOn }, at)
    for (const { conversation, context, summaries } of conversations)
      await importContext(tx, conversation.id, context, summaries, at)
    for (const { archive, isDefault, passages } of archives) {
      await tx.archives.create(archive)
      await tx.archives.attach(id, archive.id, isDefault, at)
      await tx.passages.insertHistory(passages, at)
    }
    return { agentId: id, warnings: [...warnings, ...nameWarning(agent, name)] }
  }
}

/**
 * The model that ran the agent, by which it waits for a model rather than be answered by the rehearsal. Null if its own
 * model is not set up here and a real default is: then that answers.
 */
async function ranOnHere(
  { agent: { model }, context }: AgentFile,
  checks: AgentChecks,
): Promise<string | null> {
  const { ran_on: ranOn = null } = context
  if (ranOn === null || model === null || (await isUsable(model, checks))) return ranOn
  return (await checks.hasRealDefault()) ? null : ranOn
}

async function isUsable(model: string, checks: AgentChecks): Promise<boolean> {
  try {
    await checks.model(model)
    return true
  } catch (error) {
    if (error instanceof UserError) return false
    throw error
  }
}

function nameWarning({ name }: ImportedSettings['agent'], given: string): readonly string[] {
  if (given === name) return []
  return [`Another agent is named "${name}" already, so this one is named "${given}".`]
}

async function importContext(
  tx: Transaction,
  id: ConversationId,
  context: FileConversation['context'],
  summaries: readonly Summary[],
  at: Timestamp,
): Promise<void> {
  // Each extends those before it.
  for (const summary of summaries) await tx.conversations.setContext(id, { summary }, at)
  await tx.conversations.setContext(
    id,
    {
      from: context.from,
      summariesFrom: context.summaries_from,
      pressureTold: context.pressure_told,
    },
    at,
  )
}

function importConversation(agentId: AgentId, file: FileConversation) {
  const { title, created_at: createdAt, context } = file
  const conversation: Conversation = { id: newId('conv'), agentId, title, createdAt }
  return { conversation, context, summaries: file.summaries.map(importSummary) }
}

/** Neighbouring messages of one conversation, at most `MESSAGES_AT_ONCE`; 0: the default one. */
function batches(messages: readonly NewMessage[], places: readonly FileMessage[]) {
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

function importBlock(agentId: AgentId, { label, attached_at, versions }: FileBlock) {
  // Runs and calls are not imported.
  const author = { kind: 'agent', agentId, runId: null, callId: null } as const
  const [first, ...rest] = versions.map(
    ({ by, read_only: readOnly, reason = null, ...version }, index): BlockVersion => ({
      ...version,
      version: index + 1,
      readOnly,
      author: by === 'agent' ? author : { kind: by },
      reason,
    }),
  )
  if (!first) throw new Error('a block without versions passed the check of the file')
  return {
    head: { id: newId('block'), label },
    versions: [first, ...rest] as const,
    attachedAt: attached_at,
  }
}

/** Tokens are counted anew: with wrong numbers the agent would misjudge its context for ever. */
function importMessages(
  messages: readonly FileMessage[],
  checks: AgentChecks,
): readonly NewMessage[] {
  const calls = new Map<string, CallId>()
  return messages.map((message) => {
    const body = importBody(message, calls)
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
function importBody(message: FileMessage, calls: Map<string, CallId>): MessageBody {
  switch (message.role) {
    case 'user':
      return {
        role: 'user',
        text: message.text,
        ...(message.pictures && { pictures: message.pictures.map(importShown) }),
      }
    case 'system':
      return { role: 'system', text: message.text, ...importSender(message.sender) }
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
          speaker: { agentId: message.speaker.agent_id, name: message.speaker.name },
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

function importSender(file: FileSender | undefined): { readonly sender?: MessageSender } {
  if (!file || file.kind === 'server') return file ? { sender: file } : {}
  const { kind, name, agent_id: agentId, run_id: runId, awaits_reply: awaitsReply } = file
  return { sender: { kind, name, agentId, runId, awaitsReply } }
}

function importShown({ media_type, bytes, ...picture }: FileShownPicture): Picture {
  return { ...picture, mediaType: media_type, size: bytes }
}

function importSummary({ from_message, to_message, ...summary }: FileSummary): Summary {
  return { ...summary, id: newId('summary'), fromSeq: from_message, toSeq: to_message }
}

function importArchive({ name, description, is_default, created_at, ...file }: FileArchive) {
  const archive = { id: newId('archive'), name, description, createdAt: created_at }
  const passages = mergeTwins(file.passages)
  const ids = new Map<string, PassageId>(passages.map(({ id }) => [id, newId('passage')]))
  const idOf = (key: string): PassageId => {
    const id = ids.get(key)
    if (id === undefined) throw new Error('a link to no passage passed the check of the file')
    return id
  }
  return {
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
