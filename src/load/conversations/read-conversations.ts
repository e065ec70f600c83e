import { readEntry } from '../../assistant/transcript.ts'
import { isRecord } from '../../core/is-record.ts'
import type { ParsedMessage, ParseTask } from '../batch.ts'
import { refuseAgentFile } from '../reading/agent-file.ts'
import { beginningOf, decode, decodeBeginning, wholeOf } from '../reading/content.ts'
import { arrayItems, jsonLines, parseJson } from '../reading/records.ts'
import { Refused } from '../refused.ts'
import { readChatGpt } from './chatgpt.ts'
import { readClaude } from './claude.ts'
import { type Conversation, readTime } from './conversation.ts'
import { keyOf } from './key-of.ts'

const KNOWN =
  'Known are the exports of ChatGPT and Claude (conversations.json), sessions of Claude Code, and JSON Lines with role, content and timestamp.'

/** Conversations of a JSON export, one at a time. Throws Refused, saying what was seen instead. */
export async function* jsonConversations(
  content: ParseTask['content'],
): AsyncGenerator<Conversation> {
  const beginning = decodeBeginning(await beginningOf(content, 256)).trimStart()
  if (!beginning.startsWith('[')) {
    const value = parseJson(decode(await wholeOf(content)))
    refuseAgentFile(value)
    yield conversationOf(value, 'It is no conversation')
    return
  }
  for await (const item of arrayItems(content))
    if (item !== null) yield conversationOf(item, 'Its entries are no conversations')
}

function conversationOf(value: unknown, problem: string): Conversation {
  const conversation = readChatGpt(value) ?? readClaude(value)
  if (conversation) return conversation
  throw new Refused(`${problem}: ${seen(value)}. ${KNOWN}`)
}

/** Messages of JSON Lines, in their order; a line without words is skipped. */
export async function* lineMessages(
  content: ParseTask['content'],
  name: string,
): AsyncGenerator<ParsedMessage> {
  for await (const { value: entry, line, number } of jsonLines(content)) {
    if (isRecord(entry) && isClaudeCode(entry)) {
      const said = readEntry(line)
      if (said) yield { key: said.uuid, role: said.role, text: said.text, at: said.at }
      continue
    }
    const message = readPlain(entry)
    if (message === undefined)
      throw new Refused(`Line ${number} is no message: ${seen(entry)}. ${KNOWN}`)
    const { role, text, at } = message
    const key = keyOf(name, String(number), role, text)
    if (role !== null && text.trim() !== '') yield { key, role, text, at }
  }
}

/** The messages of a conversation, each with a key that is the same in every export. */
export function messagesOf({ id, messages }: Conversation): readonly ParsedMessage[] {
  return messages.map(({ role, text, at }, index) => ({
    key: keyOf(id, String(index), role, text),
    role,
    text,
    at,
  }))
}

/** Entries of the program itself have other types and a session, too. */
export function isClaudeCode(entry: Readonly<Record<string, unknown>>): boolean {
  return typeof entry.type === 'string' && ('sessionId' in entry || 'leafUuid' in entry)
}

/** `role: null`: a message that is neither the user's nor the assistant's. */
export function readPlain(entry: unknown) {
  if (!isRecord(entry)) return undefined
  const role = entry.role ?? entry.sender ?? entry.speaker
  const text = wordsOf(entry.content ?? entry.text ?? entry.message)
  if (typeof role !== 'string' || text === undefined) return undefined
  const at = readTime(entry.timestamp ?? entry.created_at ?? entry.at ?? entry.date)
  const known = ROLES[role.toLowerCase()]
  return { role: known ?? null, text, at }
}

/** A text, or the parts that APIs of models take instead, of which some may be pictures. */
function wordsOf(content: unknown): string | undefined {
  if (typeof content === 'string') return content
  if (!Array.isArray(content) || !content.every(isRecord)) return undefined
  return content.flatMap(({ text }) => (typeof text === 'string' ? [text] : [])).join('\n')
}

const ROLES: Readonly<Record<string, 'user' | 'assistant'>> = {
  ...{ user: 'user', human: 'user', assistant: 'assistant', ai: 'assistant', model: 'assistant' },
}

/** Says in a few words what an entry is instead. */
export function seen(entry: unknown): string {
  if (!isRecord(entry)) return `seen was ${Array.isArray(entry) ? 'an array' : typeof entry}`
  const names = Object.keys(entry).slice(0, 6)
  return `seen was an object with ${names.length === 0 ? 'nothing in it' : names.join(', ')}`
}
