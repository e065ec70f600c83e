import { UserError } from '../../core/errors.ts'
import { countCharacters } from '../../core/text.ts'
import type {
  AgentFile,
  FileArchive,
  FileBlock,
  FileConversation,
  FilePassage,
} from './agent-file.ts'

/** Checks consistency between fields. Throws UserError for the first violation. */
export function checkFile(file: AgentFile): void {
  const { blocks, messages, conversations = [], archives, tools = [], sleeptime } = file
  checkContext('', file, messages.length)
  for (const [index, conversation] of conversations.entries())
    checkContext(`conversations[${index}].`, conversation, messages.length)
  for (const [index, { conversation = 0 }] of messages.entries()) {
    if (conversation > conversations.length)
      throw wrong(
        `messages[${index}].conversation`,
        `is beyond the conversations, of which there are ${conversations.length}`,
      )
  }
  checkDifferent(blocks.map(({ label }, index) => [label, `blocks[${index}].label`]))
  for (const [index, block] of blocks.entries()) checkBlock(`blocks[${index}]`, block)
  const defaults = archives.flatMap(({ is_default }, index) => (is_default ? [index] : []))
  if (defaults[1] !== undefined)
    throw wrong(`archives[${defaults[1]}].is_default`, 'is true for an archive before it, too')
  for (const [index, archive] of archives.entries()) checkArchive(`archives[${index}]`, archive)
  checkDifferent(tools.map(({ name }, index) => [name, `tools[${index}].name`]))
  if (sleeptime && sleeptime.done_to > messages.length)
    throw wrong('sleeptime.done_to', beyond(messages.length))
}

function checkContext(
  place: string,
  { context, summaries }: Pick<FileConversation, 'context' | 'summaries'>,
  messages: number,
): void {
  const next = messages + 1
  if (context.from > next) throw wrong(`${place}context.from`, beyond(messages))
  if (context.summaries_from > next) throw wrong(`${place}context.summaries_from`, beyond(messages))
  for (const [index, { from_message, to_message }] of summaries.entries()) {
    if (to_message >= next) throw wrong(`${place}summaries[${index}].to_message`, beyond(messages))
    if (from_message > to_message)
      throw wrong(`${place}summaries[${index}].from_message`, 'is after to_message')
  }
}

function checkBlock(place: string, { versions }: FileBlock): void {
  let before = ''
  for (const [index, { at, limit, value }] of versions.entries()) {
    const size = countCharacters(value)
    if (size > limit)
      throw wrong(`${place}.versions[${index}].value`, `has ${size} characters of at most ${limit}`)
    if (at < before)
      throw wrong(`${place}.versions[${index}].at`, 'is before that of the version before it')
    before = at
  }
}

function checkArchive(place: string, { passages }: FileArchive): void {
  const at = (index: number) => `${place}.passages[${index}]`
  checkDifferent(passages.map(({ id }, index) => [id, `${at(index)}.id`]))
  checkDifferent(
    passages.map(({ text, source }, index) => [
      JSON.stringify([source, text]),
      `${at(index)}.text`,
    ]),
  )
  checkDifferent(
    passages.flatMap(({ source, position }, index) =>
      source === '' ? [] : [[JSON.stringify([source, position]), `${at(index)}.position`]],
    ),
  )
  for (const [index, { source, position, found_count, last_found_at }] of passages.entries()) {
    if ((source === '') !== (position === 0))
      throw wrong(`${at(index)}.position`, 'must be 0 without a source, and from 1 on with one')
    if ((last_found_at === undefined) !== (found_count === 0))
      throw wrong(`${at(index)}.found_count`, 'and last_found_at contradict each other')
  }
  checkSupersession(at, passages)
}

/** A superseding passage is in the same archive, and supersession has no cycles. */
function checkSupersession(at: (index: number) => string, passages: readonly FilePassage[]): void {
  const byId = new Map(passages.map((passage) => [passage.id, passage]))
  const ends = new Set<string>()
  for (const [index, passage] of passages.entries()) {
    const seen = new Set<string>()
    let current: FilePassage | undefined = passage
    while (current?.superseded_by !== undefined && !ends.has(current.id)) {
      if (seen.has(current.id))
        throw wrong(`${at(index)}.superseded_by`, 'leads back to the passage itself')
      seen.add(current.id)
      current = byId.get(current.superseded_by)
      if (!current)
        throw wrong(`${at(index)}.superseded_by`, 'leads to a passage that the archive has not')
    }
    for (const id of seen) ends.add(id)
  }
}

function checkDifferent(values: readonly (readonly [value: string, place: string])[]): void {
  const known = new Map<string, string>()
  for (const [value, place] of values) {
    const first = known.get(value)
    if (first !== undefined) throw wrong(place, `is the same as ${first}, and must not be`)
    known.set(value, place)
  }
}

function beyond(messages: number): string {
  return `is beyond the messages, of which there are ${messages}`
}

function wrong(place: string, problem: string): UserError {
  return new UserError(
    'invalid_argument',
    `Invalid file: ${place} ${problem}; nothing was imported. Fix it and import again, or export the agent again.`,
  )
}
