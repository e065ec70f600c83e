import type { Block } from '../core/block.ts'
import { estimateTokens } from '../core/estimate-tokens.ts'
import { type Message, spokenText } from '../core/message.ts'
import type { Passage } from '../core/passage.ts'
import { sliceCharacters } from '../core/text.ts'
import { PROMPTS } from '../generated/prompts.ts'
import { salience } from './salience.ts'

export interface Remembered {
  readonly agent: { readonly id: string; readonly name: string }
  readonly blocks: readonly Block[]
  /** Most relevant first. */
  readonly passages: readonly Passage[]
  /** The newest messages in which somebody said something, oldest first. */
  readonly messages: readonly Message[]
}

/** Size of the brief in tokens, and the shares after which blocks and archive notes stop. Chosen by hand. */
const MAX_TOKENS = 2_000
/** Safety factor for the token estimate; chosen by hand. */
const MARGIN = 1.18
const BLOCKS_SHARE = 0.5
const NOTES_SHARE = 0.7

/** Chosen by hand. */
const NOTE_CHARACTERS = 300
const USER_CHARACTERS = 300
const ASSISTANT_CHARACTERS = 200

/** Text for the beginning of a session: blocks, archive notes and recent messages, in at most 2,000 tokens. */
export function writeBrief({ agent, blocks, passages, messages }: Remembered): string {
  const head = PROMPTS['session-start']
    .trim()
    .replaceAll('{AGENT_NAME}', oneLine(agent.name, 100))
    .replaceAll('{AGENT_ID}', agent.id)
  const end = '</recollect>'
  const budget = MAX_TOKENS - cost(`${head}\n${end}\n`)
  const blockText = fill(
    blocks.filter(({ value }) => value.trim() !== '').map(showBlock),
    budget * BLOCKS_SHARE,
  )
  const noteText = section(
    'Notes in its archive:',
    passages.map(({ text }) => `- ${oneLine(text, NOTE_CHARACTERS)}`),
    budget * NOTES_SHARE - cost(blockText),
  )
  const room = budget - cost(blockText) - cost(noteText)
  const saidText = section(
    'Said in earlier sessions:',
    chooseSaid(messages, room - SECTION_TOKENS),
    room,
  )
  return `${[head, blockText, noteText, saidText, end].filter((part) => part !== '').join('\n')}\n`
}

/** Chosen by hand. */
const SECTION_TOKENS = 20
/** With less room than this, no more lines are tried; chosen by hand. */
const MIN_LINE_TOKENS = 15

/** The lines of highest salience, in chronological order. */
function chooseSaid(messages: readonly Message[], room: number): readonly string[] {
  const lines = messages.map((message, index) => ({
    index,
    text: showMessage(message),
    rank: salience(message.role, spokenText(message)) + index / messages.length,
  }))
  let left = room
  const chosen = lines
    .toSorted((one, other) => other.rank - one.rank)
    .filter(({ text }) => {
      if (left < MIN_LINE_TOKENS) return false
      const tokens = cost(`${text}\n`)
      if (tokens > left) return false
      left -= tokens
      return true
    })
  return chosen.toSorted((one, other) => one.index - other.index).map(({ text }) => text)
}

function section(title: string, lines: readonly string[], room: number): string {
  if (lines.length === 0) return ''
  const text = fill(lines, room - SECTION_TOKENS)
  return text === '' ? '' : `${title}\n${text}`
}

/** The leading parts that fit; the first that does not fit is shortened and ends the text. */
function fill(parts: readonly string[], room: number): string {
  const kept: string[] = []
  let left = room
  for (const part of parts) {
    const tokens = cost(`${part}\n`)
    if (tokens <= left) {
      kept.push(part)
      left -= tokens
      continue
    }
    const short = shorten(part, left)
    if (short !== '') kept.push(short)
    break
  }
  return kept.join('\n')
}

function shorten(text: string, room: number): string {
  for (let length = text.length; length > 80; length = Math.floor(length * 0.8)) {
    const short = `${sliceCharacters(text, 0, length)}…`
    if (cost(`${short}\n`) <= room) return short
  }
  return ''
}

function showBlock({ label, value }: Block): string {
  return `[${label}]\n${plain(value.trim())}`
}

function showMessage(message: Message): string {
  const most = message.role === 'user' ? USER_CHARACTERS : ASSISTANT_CHARACTERS
  return `- ${message.createdAt.slice(0, 10)} ${message.role}: ${oneLine(spokenText(message), most)}`
}

function oneLine(text: string, characters: number): string {
  const line = plain(text).replaceAll(/\s+/g, ' ').trim()
  const short = sliceCharacters(line, 0, characters)
  return short.length < line.length ? `${short}…` : short
}

/** Escapes the tag that ends the memory section. */
function plain(text: string): string {
  return text.replaceAll(/<(\/?)recollect/gi, '‹$1recollect')
}

/** Token estimate with a surcharge for scripts that the estimate was not fitted to. */
function cost(text: string): number {
  const rare = text.match(
    /[^\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{N}\p{P}\p{Z}\p{S}\s]|\p{Extended_Pictographic}/gu,
  )
  return Math.ceil(estimateTokens(text) * MARGIN) + 3 * (rare?.length ?? 0)
}
