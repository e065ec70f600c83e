import { isLonger, LIMITS } from '../../core/limits.ts'
import type { Batch, ParsedMessage, ParsedPassage, ParseTask } from '../batch.ts'
import { jsonConversations, lineMessages, messagesOf } from '../conversations/read-conversations.ts'
import { beginningOf, decode, wholeOf } from '../reading/content.ts'
import { cut } from '../reading/cut.ts'
import {
  CHARACTERS_AT_ONCE,
  MAX_UNPACKED_BYTES,
  MAX_WHOLE_BYTES,
  MESSAGES_AT_ONCE,
  PASSAGES_AT_ONCE,
} from '../reading/limits.ts'
import { entriesOf } from '../reading/zip.ts'
import { Refused } from '../refused.ts'
import { exportedMessages } from '../stores/exported.ts'
import { kindOf } from './kinds.ts'
import { passagesOf } from './passages-of.ts'
import { readBlock } from './read-block.ts'

/** Bytes that tell the kind of a file. Chosen by hand. */
const BEGINNING = 8_192

/** Parses a file into batches, in an order that is the same each time. Throws Refused. */
export async function* parse(task: ParseTask): AsyncGenerator<Batch> {
  const kind = kindOf(task.name, await beginningOf(task.content, BEGINNING), task.mediaType)
  if (kind === 'zip') {
    yield* parseZip(task)
    return
  }
  if (kind === 'binary') {
    throw new Refused(
      'It is no text, and of no kind that can be read: Markdown, text, HTML, PDF, Word (docx), CSV, JSON, JSON Lines, source code, or a zip of these.',
    )
  }
  switch (task.into) {
    case 'archive':
      for await (const passages of inPieces(withinLimit(passagesOf(task, kind)), PASSAGES_AT_ONCE))
        yield { kind: 'passages', part: '', passages }
      return
    case 'conversation':
      if (kind !== 'json' && kind !== 'lines' && kind !== 'markdown') throw noConversations()
      for await (const messages of inPieces(messagesIn(task, kind), MESSAGES_AT_ONCE))
        yield { kind: 'messages', messages }
      return
    case 'blocks':
      yield await readBlock(task, kind)
  }
}

/** Documents come in passages; an entry of a store may be a document itself. */
async function* withinLimit(passages: AsyncIterable<ParsedPassage>): AsyncGenerator<ParsedPassage> {
  for await (const passage of passages) {
    if (!isLonger(passage.text, LIMITS.passage)) yield passage
    else for (const text of cut({ headings: [], text: passage.text })) yield { ...passage, text }
  }
}

async function* messagesIn(
  { content, name }: ParseTask,
  kind: 'json' | 'lines' | 'markdown',
): AsyncGenerator<ParsedMessage> {
  if (kind === 'lines') yield* lineMessages(content, name)
  else if (kind === 'markdown') {
    const messages = exportedMessages(decode(await wholeOf(content)))
    if (!messages) throw noConversations()
    yield* messages
  } else
    for await (const conversation of jsonConversations(content)) yield* messagesOf(conversation)
}

const noConversations = () =>
  new Refused(
    'It is no export of conversations: those are JSON, JSON Lines, or Markdown of recollect export.',
  )

/** Files in a zip, each as if it were loaded by itself. What is refused in it is left out. */
async function* parseZip(task: ParseTask): AsyncGenerator<Batch> {
  const limits = { bytes: MAX_UNPACKED_BYTES, perEntry: MAX_WHOLE_BYTES }
  for await (const { name, bytes } of entriesOf(task.content, limits, isWanted(task.into))) {
    if (bytes === undefined) {
      yield leftOut(name, `It has more than ${MAX_WHOLE_BYTES / 1e6} MB. Load it by itself.`)
      continue
    }
    if (/\.zip$/i.test(name)) {
      yield leftOut(name, 'A zip in a zip is not unpacked.')
      continue
    }
    try {
      for await (const batch of parse({ name, into: task.into, content: { bytes } }))
        yield batch.kind === 'passages' ? { ...batch, part: name } : batch
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      yield leftOut(name, error.message)
    }
  }
}

/** An export of conversations comes with pages and pictures of the same. */
function isWanted(into: ParseTask['into']): (name: string) => boolean {
  const isMeta = (name: string) => /(^|\/)(__MACOSX|\.git|node_modules)\//.test(name)
  if (into !== 'conversation') return (name) => !isMeta(name)
  return (name) =>
    !isMeta(name) &&
    /(conversations[^/]*\.json|\.jsonl|\.ndjson|conversations\/.*\.md)$/i.test(name)
}

const leftOut = (name: string, reason: string): Batch => ({
  kind: 'left_out',
  note: `${name}: ${reason}`,
})

/** Pieces of at most so many items; a long item ends its piece. */
async function* inPieces<T extends { readonly text: string }>(
  items: AsyncIterable<T>,
  size: number,
): AsyncGenerator<readonly T[]> {
  let piece: T[] = []
  let characters = 0
  for await (const item of items) {
    piece.push(item)
    characters += item.text.length
    if (piece.length < size && characters < CHARACTERS_AT_ONCE) continue
    yield piece
    piece = []
    characters = 0
  }
  if (piece.length > 0) yield piece
}
