import { readCallBody } from './read-call-body.ts'
import { nameIn, type Tools, type WrittenCall } from './written-call.ts'

/*
 * Reads gpt-oss channels that a server passes on as text: `analysis` is thinking, a message with a recipient is a call,
 * and the rest is for the user.
 */

export interface ChannelText {
  readonly text: string
  readonly reasoning: string
  readonly calls: readonly WrittenCall[]
}

const BETWEEN = /<\|(?:start|end|return|call)\|>/
const MARKS = /<\|(?:channel|message|constrain)\|>/
/** The rest of a mark, where a server removes control tokens from the text. */
const BARE =
  /^(?:analysis)([\s\S]+?)assistant(?:final([\s\S]*)|commentary\s+to=(?:functions\.)?([\w.-]+)\s*(?:json|code)?\s*(\{[\s\S]*))$/
const BARE_CALL =
  /^(?:assistant)?(?:commentary|analysis)\s+to=(?:functions\.)?([\w.-]+)\s*(?:json|code)?\s*(\{[\s\S]*)$/

/** Undefined: the text has no channels. `plain`: the text outside of all channels. */
export function readChannels(
  content: string,
  tools: Tools,
  plain: 'said' | 'thought' = 'said',
): ChannelText | undefined {
  if (!MARKS.test(content)) return readBareChannels(content, tools)
  const said: string[] = []
  const thoughts: string[] = []
  const calls: WrittenCall[] = []
  for (const segment of content.split(BETWEEN)) {
    const start = segment.indexOf('<|message|>')
    const isMarked = start >= 0 || MARKS.test(segment)
    const head = start < 0 ? segment : segment.slice(0, start)
    const recipient = isMarked ? /to=([\w.:-]+)/.exec(head)?.[1] : undefined
    const body = start < 0 ? segment : segment.slice(start + '<|message|>'.length)
    const channel = /<\|channel\|>\s*(\w+)/.exec(head)?.[1] ?? ''
    if (recipient !== undefined) calls.push(toCall(recipient, body, tools))
    else if (channel === 'analysis') thoughts.push(body)
    else if (start >= 0) said.push(body)
    else if (!isMarked && segment.trim() !== 'assistant') {
      const parts = plain === 'said' ? said : thoughts
      parts.push(segment)
    }
  }
  return join(said, thoughts, calls)
}

function readBareChannels(content: string, tools: Tools): ChannelText | undefined {
  const [, called, args = ''] = BARE_CALL.exec(content.trim()) ?? []
  if (called !== undefined) return join([], [], [toCall(called, args, tools)])
  const bare = BARE.exec(content.trim())
  if (!bare) return undefined
  const [, thought = '', said = '', recipient, body = ''] = bare
  return join([said], [thought], recipient === undefined ? [] : [toCall(recipient, body, tools)])
}

function toCall(recipient: string, written: string, tools: Tools): WrittenCall {
  const body = written.slice(Math.max(0, written.indexOf('{')))
  const name = nameIn(tools, recipient) ?? recipient.replace(/^functions\./, '')
  const [call] = readCallBody(`${name}\n${body}`, tools) ?? []
  return call ? { ...call, name } : { name, arguments: body.trim() }
}

function join(
  said: readonly string[],
  thoughts: readonly string[],
  calls: readonly WrittenCall[],
): ChannelText {
  const tidy = (parts: readonly string[]) =>
    parts
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .join('\n')
  return { text: tidy(said), reasoning: tidy(thoughts), calls }
}
