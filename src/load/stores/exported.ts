import {
  type ExportedFile,
  type ExportedKind,
  readEntries,
  readExportedFile,
  readPassageDetails,
} from '../../core/exported-file.ts'
import { LIMITS } from '../../core/limits.ts'
import { normalText, sliceCharacters } from '../../core/text.ts'
import type { ParsedBlock, ParsedMessage, ParsedPassage } from '../batch.ts'
import { readTime, textOf } from '../conversations/conversation.ts'
import { keyOf } from '../conversations/key-of.ts'
import { Refused } from '../refused.ts'

/*
 * Files of an agent that was exported as Markdown. Each kind goes back to where it came from; undefined: it is no such
 * file.
 */

export function exportedPassages(text: string): readonly ParsedPassage[] | undefined {
  const file = readAs('passages', text)
  if (!file) return undefined
  const source = sliceCharacters(normalText(textOf(file.fields.source)), 0, LIMITS.source)
  return readEntries(file.body).map(({ at, details, text: words }) => {
    const { tags, expiresAt } = readPassageDetails(details)
    const [created, expires] = [readTime(at), readTime(expiresAt)]
    return {
      ...{ text: words, source, tags },
      ...(created !== null && { createdAt: created }),
      ...(expires !== null && { expiresAt: expires }),
    }
  })
}

export function exportedMessages(text: string): readonly ParsedMessage[] | undefined {
  const file = readAs('conversation', text)
  if (!file) return undefined
  const { title = '' } = file.fields
  const times = new Map<string, number>()
  return readEntries(file.body).flatMap(({ at, details: [role], text: words }) => {
    if ((role !== 'user' && role !== 'assistant') || words.trim() === '') return []
    const said = keyOf('exported', textOf(title), at ?? null, role, words)
    // The same words at the same time are told apart by their order.
    const before = times.get(said) ?? 0
    times.set(said, before + 1)
    const key = before === 0 ? said : keyOf(said, String(before))
    return [{ key, role, text: words, at: readTime(at) } satisfies ParsedMessage]
  })
}

export function exportedBlock(text: string): ParsedBlock | undefined {
  const file = readAs('block', text)
  if (!file) return undefined
  const { label, description, limit, read_only: readOnly } = file.fields
  if (typeof label !== 'string') throw new Refused('It says no label of the block.')
  return {
    label,
    value: file.body.replace(/^\n/, '').replace(/\n$/, ''),
    ...(typeof description === 'string' && { description }),
    ...(typeof limit === 'number' && { limit }),
    ...(readOnly === true && { readOnly }),
  }
}

function readAs(kind: ExportedKind, text: string): ExportedFile | undefined {
  const file = readExportedFile(text)
  if (file && file.kind !== kind) throw new Refused(OTHERWISE[file.kind])
  return file
}

const OTHERWISE: Readonly<Record<ExportedKind, string>> = {
  agent: 'It tells about an exported agent, and holds nothing of its memory.',
  block: 'It is a memory block of an exported agent. Load it into blocks.',
  passages: 'It holds passages of an exported agent. Load it into the archive.',
  conversation: 'It is a conversation of an exported agent. Load it into conversation.',
}
