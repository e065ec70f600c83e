import { randomUUID } from 'node:crypto'

const PREFIXES = [
  'agent',
  'block',
  'archive',
  'passage',
  'message',
  'run',
  'step',
  'call',
  'summary',
  'token',
  'tool',
  'job',
  'conv',
  'group',
  'schedule',
  'file',
] as const
export type IdPrefix = (typeof PREFIXES)[number]

/**
 * An id as clients see it: `<prefix>-<uuid>`. The prefix is part of the type, so an agent id can't pass for a run id.
 */
export type Id<P extends IdPrefix = IdPrefix> = `${P}-${string}`
export type AgentId = Id<'agent'>
export type BlockId = Id<'block'>
export type ArchiveId = Id<'archive'>
export type PassageId = Id<'passage'>
export type MessageId = Id<'message'>
export type RunId = Id<'run'>
/** The prefix is Letta's, for clients that read conversation ids. */
export type ConversationId = Id<'conv'>
export type SummaryId = Id<'summary'>
export type StepId = Id<'step'>
export type TokenId = Id<'token'>
export type ToolId = Id<'tool'>
export type JobId = Id<'job'>
export type GroupId = Id<'group'>
export type ScheduleId = Id<'schedule'>
export type FileId = Id<'file'>
/** Minted by us for every tool call; call ids of providers repeat and are never trusted. */
export type CallId = Id<'call'>

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

export function newId<P extends IdPrefix>(prefix: P): Id<P> {
  return `${prefix}-${randomUUID()}`
}

export function isId<P extends IdPrefix>(prefix: P, value: string): value is Id<P> {
  return value.startsWith(`${prefix}-`) && UUID.test(value.slice(prefix.length + 1))
}

/** The id of the call at that place of an answer. It is known while the answer is streamed. */
export function callIdOf(messageId: MessageId, index: number): CallId {
  const uuid = messageId.slice('message-'.length)
  return `call-${uuid.slice(0, -2)}${index.toString(16).padStart(2, '0')}`
}

/**
 * Parses an id where only one kind is expected: the prefix may be missing and letters may be capitals. `undefined`: it
 * is no such id.
 */
export function readId<P extends IdPrefix>(prefix: P, text: string): Id<P> | undefined {
  const given = text.trim().toLowerCase()
  const whole = UUID.test(given) ? `${prefix}-${given}` : given
  return isId(prefix, whole) ? whole : undefined
}

/** Brands an id that was read from the database. */
export function storedId<P extends IdPrefix>(prefix: P, value: string): Id<P> {
  if (!isId(prefix, value))
    throw new Error(`the database holds "${value}" where a ${prefix} id belongs`)
  return value
}
