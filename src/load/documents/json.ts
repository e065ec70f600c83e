import { readEntry } from '../../assistant/transcript.ts'
import { isRecord } from '../../core/is-record.ts'
import type { ParsedPassage, ParseTask } from '../batch.ts'
import { readChatGpt } from '../conversations/chatgpt.ts'
import { readClaude } from '../conversations/claude.ts'
import type { Conversation } from '../conversations/conversation.ts'
import { isClaudeCode, readPlain } from '../conversations/read-conversations.ts'
import { refuseAgentFile } from '../reading/agent-file.ts'
import { beginningOf, decode, decodeBeginning, wholeOf } from '../reading/content.ts'
import { cut } from '../reading/cut.ts'
import { arrayItems, jsonLines, parseJson } from '../reading/records.ts'
import { readGraph, readMem0, readMem0Answer, readServerMemory } from '../stores/stores.ts'

/** Passages of a JSON file: of an array, its entries; of an object, its fields. */
export async function* jsonPassages({ content }: ParseTask): AsyncGenerator<ParsedPassage> {
  const beginning = decodeBeginning(await beginningOf(content, 256)).trimStart()
  if (beginning.startsWith('[')) {
    let count = 0
    for await (const item of arrayItems(content)) {
      count += 1
      if (item !== null) yield* entryPassages(item)
    }
    if (count > 0) return
  }
  const value = parseJson(decode(await wholeOf(content)))
  if (!isRecord(value)) {
    yield* sectionPassages([], value)
    return
  }
  refuseAgentFile(value)
  const memories = readMem0Answer(value) ?? readGraph(value)
  if (memories) {
    yield* memories
    return
  }
  const conversation = readChatGpt(value) ?? readClaude(value)
  if (conversation) {
    yield* spoken(conversation.title, conversation.messages)
    return
  }
  for (const [key, field] of Object.entries(value)) yield* sectionPassages([key], field)
}

/** Passages of JSON Lines, an entry a line. */
export async function* linePassages({ content }: ParseTask): AsyncGenerator<ParsedPassage> {
  for await (const { value, line } of jsonLines(content)) {
    const message = readPlain(value)
    if (isRecord(value) && isClaudeCode(value)) {
      const said = readEntry(line)
      if (said) yield* spoken('', [said])
    } else if (message?.role) yield* spoken('', [{ ...message, role: message.role }])
    else yield* entryPassages(value)
  }
}

function* entryPassages(item: unknown): Generator<ParsedPassage> {
  const conversation = readChatGpt(item) ?? readClaude(item)
  const memory = readMem0(item)
  const entity = readServerMemory(item)
  if (conversation) yield* spoken(conversation.title, conversation.messages)
  else if (memory) yield memory
  else if (entity) yield* entity
  else yield* sectionPassages([], item)
}

/** Names who said it and when, so that a passage can be understood alone. */
function* spoken(title: string, messages: Conversation['messages']): Generator<ParsedPassage> {
  const namesSpeakers = isTranscript(messages)
  for (const { role, text, at } of messages) {
    const speaker = role === 'user' ? 'User' : 'Assistant'
    const createdAt = at === null ? {} : { createdAt: at }
    // Search looks for a speaker's name where a text begins.
    const section = namesSpeakers
      ? { headings: [], text }
      : { headings: [title], text: `${speaker}: ${text}` }
    for (const words of cut(section)) yield { text: words, ...createdAt }
  }
}

const NAMED = /^\p{L}[\p{L}\p{M}\p{N}'’. -]{0,40}:\s/u

/** Whether every message names its speaker itself, as in a talk of two people. */
function isTranscript(messages: Conversation['messages']): boolean {
  return messages.length > 1 && messages.every(({ text }) => NAMED.test(text))
}

function* sectionPassages(headings: readonly string[], value: unknown): Generator<ParsedPassage> {
  const text = typeof value === 'string' ? value : describe(value)
  for (const one of cut({ headings, text })) yield { text: one }
}

/** A flat object reads best as lines of "name: value". */
function describe(value: unknown): string {
  if (!isRecord(value) || Object.values(value).some((field) => typeof field === 'object'))
    return JSON.stringify(value, null, 1)
  return Object.entries(value)
    .map(([name, field]) => `${name}: ${String(field)}`)
    .join('\n')
}
