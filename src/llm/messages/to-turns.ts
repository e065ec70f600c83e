import { growing } from '../../core/growing.ts'
import { toWireArguments, toWireName } from '../call-texts.ts'
import type { ModelMessage, ModelPicture } from '../model.ts'
import { picturesIn } from '../pictures.ts'
import { type CallIds, callIds, MAX_ID_LENGTH } from '../wire/call-ids.ts'
import type { Fields } from '../wire/fields.ts'
import { type Answer, isThinking, keptBlocks, ownCallId } from './message-extras.ts'

/** Everything one side says until the other side speaks. */
export interface Turn {
  readonly role: 'user' | 'assistant'
  readonly content: readonly Fields[]
  /** How many of its blocks are the same in the next request. */
  readonly stable: number
}

/** Placeholder where the API requires text and there is none. */
const NOTHING = '(nothing)'
const GO_ON = '(the conversation goes on)'

/** Alternating turns that begin and end with the user's; results of calls come first in the turn after the calls. */
export function toTurns(
  messages: readonly ModelMessage[],
  handle: string,
  withThoughts: boolean,
): readonly Turn[] {
  const turns = turnsOf(messages, handle, withThoughts)
  const user: Turn = { role: 'user', content: [text(GO_ON)], stable: 0 }
  return [
    ...(turns[0]?.role === 'user' ? [] : [{ ...user, stable: 1 }]),
    ...turns,
    ...(turns.at(-1)?.role === 'assistant' ? [user] : []),
  ]
}

const turnsOf = growing((handle: string, withThoughts: boolean) => {
  const turns: Turn[] = []
  const ids = callIds(MAX_ID_LENGTH, (answer, index) => ownCallId(handle, answer, index))
  return {
    add(message: ModelMessage, changes) {
      ids.add(message, changes)
      const turn = toTurn(message, handle, ids, withThoughts)
      if (turn.content.length === 0) return
      const last = turns.at(-1)
      if (last?.role === turn.role) changes.put(turns, turns.length - 1, joined(last, turn))
      else changes.push(turns, turn)
    },
    made: (): readonly Turn[] => [...turns],
  }
})

function joined(one: Turn, other: Turn): Turn {
  const content = [...one.content, ...other.content]
  // Text that comes with a result must not precede the next result.
  const results = content.filter(({ type }) => type === 'tool_result')
  const ordered = [...results, ...content.filter(({ type }) => type !== 'tool_result')]
  const changing = one.content.length - one.stable + other.content.length - other.stable
  return {
    role: one.role,
    content: one.role === 'user' ? ordered : content,
    stable: content.length - changing,
  }
}

function toTurn(message: ModelMessage, handle: string, ids: CallIds, withThoughts: boolean): Turn {
  switch (message.role) {
    case 'assistant': {
      const content = toBlocks(message, handle, ids, withThoughts)
      return { role: 'assistant', content, stable: content.length }
    }
    case 'tool': {
      const [said, line] = split(message.text, message.changesFrom)
      const result = {
        type: 'tool_result',
        tool_use_id: ids.of(message.callId),
        content: said === '' ? NOTHING : said,
      }
      return { role: 'user', content: [result, ...texts(line)], stable: 1 }
    }
    default: {
      const [said, line] = split(
        message.text,
        message.role === 'user' ? message.changesFrom : undefined,
      )
      // Anthropic's page "Vision": pictures work best before the text.
      const stable = [...picturesIn(message).map(image), ...texts(said)]
      return { role: 'user', content: [...stable, ...texts(line)], stable: stable.length }
    }
  }
}

/** The part that stays the same, and the part that changes at the next step. */
function split(whole: string, from = whole.length): [string, string] {
  const sound = (part: string) => part.toWellFormed().trim()
  return [sound(whole.slice(0, from)), sound(whole.slice(from))]
}

/** Thinking keeps its position while the answer is unchanged; otherwise it comes before the whole answer. */
function toBlocks(
  answer: Answer,
  handle: string,
  ids: CallIds,
  withThoughts: boolean,
): readonly Fields[] {
  const calls = answer.toolCalls.map((call) => ({
    type: 'tool_use',
    id: ids.of(call.id),
    name: toWireName(call.name),
    input: JSON.parse(toWireArguments(call.arguments)) as unknown,
  }))
  const said = texts(answer.text.toWellFormed())
  const kept = withThoughts ? keptBlocks(handle, answer) : []
  const keptText = kept.map((block) => (block.type === 'text' ? block.text : '')).join('')
  const isSame =
    keptText.trim() === answer.text.trim() &&
    kept.filter(({ type }) => type === 'tool_use').length === calls.length
  const thinking = kept.filter(isThinking)
  const made = [...said, ...calls]
  // Thinking alone is no answer.
  if (made.length === 0) return []
  if (!isSame) return [...thinking, ...made]
  const left = [...calls]
  return kept.flatMap((block): readonly Fields[] => {
    if (block.type === 'tool_use') return left.splice(0, 1)
    return block.type === 'text' ? texts(String(block.text).toWellFormed()) : [block]
  })
}

function texts(said: string): readonly Fields[] {
  return said.trim() === '' ? [] : [text(said)]
}

function image({ mediaType, data }: ModelPicture): Fields {
  return { type: 'image', source: { type: 'base64', media_type: mediaType, data } }
}

function text(said: string): Fields {
  return { type: 'text', text: said }
}
