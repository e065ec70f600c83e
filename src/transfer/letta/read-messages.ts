import type { AgentType } from '../../core/agent.ts'
import { isRecord } from '../../core/is-record.ts'
import { openToolEnvelope, openUserEnvelope, type ToolEnvelope } from './envelopes.ts'
import type { LettaMessage } from './layout.ts'

/** Messages in our layout, not checked yet. */
export interface History {
  readonly messages: readonly RawMessage[]
  /** Number of the first message in context, from 1. */
  readonly from: number
  /** The first message is a summary of what the file no longer has. */
  readonly summary: string | undefined
  /** Things without a place here, by name, and how often they occur. */
  readonly left: ReadonlyMap<string, number>
  /** The messages in context are not the last ones of the history, without gaps. */
  readonly isContextMended: boolean
}

type RawMessage = { readonly role: string; readonly created_at: string } & Readonly<
  Record<string, unknown>
>

interface Call {
  readonly id: string
  readonly name: string
  readonly arguments: string
}

/** Arguments with which a model asks for another step, or thinks. */
const HEARTBEAT = 'request_heartbeat'
const THOUGHTS = ['thinking', 'inner_thoughts']
const SPEAKING_TOOL = 'send_message'

/** Reads the history of one agent. `given` names the messages in context; undefined: all are. Pure. */
export function readHistory(
  all: readonly LettaMessage[],
  given: readonly string[] | undefined,
  agentType: AgentType,
  fileTime: string,
): History {
  const left = new Map<string, number>()
  const leave = (what: string, count = 1) => left.set(what, (left.get(what) ?? 0) + count)
  const names = new Map<string, string>()
  /** Calls of `send_message` in a history in which words are plain text. */
  const spoken = new Set<string>()
  // The first one is the system prompt as it was compiled.
  const own = all[0]?.role === 'system' ? all.slice(1) : all
  const inContext = given && new Set(given)
  const messages: RawMessage[] = []
  const contextPlaces: number[] = []
  let summary: string | undefined

  const read = (message: LettaMessage, place: number): readonly RawMessage[] => {
    const created_at = message.created_at ?? fileTime
    switch (message.role) {
      case 'user':
      case 'summary': {
        const envelope = openUserEnvelope(textOf(message))
        leave('pictures', partsOf(message).filter(({ type }) => type === 'image').length)
        if (envelope.kind === 'heartbeat') leave('heartbeats')
        if (envelope.kind === 'heartbeat') return []
        const isSummary = message.role === 'summary' || envelope.kind === 'alert'
        if (isSummary && place === 0) summary = envelope.text
        const role = envelope.kind === 'user' && !isSummary ? 'user' : 'system'
        return [{ role, created_at, text: envelope.text }]
      }
      case 'system':
        return [{ role: 'system', created_at, text: textOf(message) }]
      case 'approval':
      case 'assistant': {
        // An approval without calls is the answer to one.
        if (message.role === 'approval' && callsOf(message).length === 0) return []
        const signatures = partsOf(message).filter(({ signature }) => signature)
        leave('signatures of reasoning', signatures.length)
        const answer = readAnswer(message, agentType, spoken)
        for (const { id, name } of answer.tool_calls) names.set(id, name)
        const isEmpty =
          answer.text === '' && answer.reasoning === '' && answer.tool_calls.length === 0
        return isEmpty ? [] : [{ role: 'assistant', created_at, ...answer }]
      }
      case 'tool':
        return resultsOf(message)
          .filter(({ call_id }) => !spoken.has(call_id))
          .map(({ call_id, ...result }) => {
            const tool_name = names.get(call_id) ?? message.name ?? 'unknown'
            return { role: 'tool', created_at, call_id, tool_name, ...result }
          })
    }
  }

  for (const [place, message] of own.entries()) {
    const made = read(message, place)
    if (inContext === undefined || inContext.has(message.id))
      for (let index = 0; index < made.length; index += 1)
        contextPlaces.push(messages.length + index + 1)
    messages.push(...made)
  }
  return { messages, summary, left, ...contextFrom(messages, contextPlaces, summary) }
}

/** The context is the end of a history: it begins at its first message that is no result of an earlier call. */
function contextFrom(
  messages: readonly RawMessage[],
  places: readonly number[],
  summary: string | undefined,
) {
  const first = Math.min(messages.length + 1, ...places)
  let from = summary === undefined ? first : Math.max(first, 2)
  while (messages[from - 1]?.role === 'tool') from += 1
  const expected = messages.length + 1 - first
  return { from, isContextMended: places.length !== expected }
}

function readAnswer(message: LettaMessage, agentType: AgentType, spoken: Set<string>) {
  const native = partsOf(message).flatMap(({ type, reasoning }) =>
    type === 'reasoning' && typeof reasoning === 'string' ? [reasoning] : [],
  )
  const read = callsOf(message).map(readCall)
  const thoughts = read.map(({ thought }) => thought)
  const calls = read.map(({ call }) => call)
  const words = calls.filter(({ name }) => name === SPEAKING_TOOL).map(wordsOf)
  const text = textOf(message).trim()
  // A thought that stands in the arguments may be among the reasoning already.
  const reasoning = (more: readonly string[]) =>
    [...new Set([...native, ...thoughts, ...more])].filter((one) => one.trim() !== '').join('\n')
  if (agentType === 'memgpt_agent') {
    // Beside calls, such an agent's text is what it thinks.
    const isThought = calls.length > 0
    return {
      text: isThought ? '' : text,
      reasoning: reasoning(isThought ? [text] : []),
      tool_calls: calls,
      said: isThought || text === '' ? words : [text],
    }
  }
  for (const { id, name } of calls) if (name === SPEAKING_TOOL) spoken.add(id)
  const others = calls.filter(({ name }) => name !== SPEAKING_TOOL)
  const isSpeech = others.length === 0 && text !== ''
  const said = words.length > 0 ? words : isSpeech ? [text] : []
  return {
    text: words.length > 0 ? words.join('\n') : text,
    reasoning: reasoning(words.length > 0 ? [text] : []),
    tool_calls: others,
    said,
  }
}

function readCall(call: Call): { readonly call: Call; readonly thought: string } {
  const value = parsed(call.arguments)
  if (!isRecord(value)) return { call, thought: '' }
  const thought = THOUGHTS.flatMap((name) => {
    const one = value[name]
    return typeof one === 'string' ? [one] : []
  })
  const own = Object.entries(value).filter(
    ([name]) => name !== HEARTBEAT && !THOUGHTS.includes(name),
  )
  const isSame = own.length === Object.keys(value).length
  const written = isSame ? call.arguments : JSON.stringify(Object.fromEntries(own))
  return { call: { ...call, arguments: written }, thought: thought.join('\n') }
}

function wordsOf(call: Call): string {
  const value = parsed(call.arguments)
  return isRecord(value) && typeof value.message === 'string' ? value.message : ''
}

function callsOf(message: LettaMessage): readonly Call[] {
  const calls = message.tool_calls ?? []
  if (calls.length > 0) return calls.map(({ id, function: one }) => ({ id, ...one }))
  return partsOf(message).flatMap(({ type, id, name, input }) =>
    type === 'tool_call' && typeof id === 'string' && typeof name === 'string'
      ? [{ id, name, arguments: JSON.stringify(input ?? {}) }]
      : [],
  )
}

function resultsOf(
  message: LettaMessage,
): readonly ({ readonly call_id: string } & ToolEnvelope)[] {
  const returns = message.tool_returns ?? []
  if (returns.length === 0) {
    return [{ call_id: message.tool_call_id ?? 'unknown', ...openToolEnvelope(textOf(message)) }]
  }
  return returns.map(({ tool_call_id, status, func_response: response }) => ({
    call_id: tool_call_id ?? message.tool_call_id ?? 'unknown',
    ...openToolEnvelope(response ? asText(response) : textOf(message), status),
  }))
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every((one) => isRecord(one) && typeof one.text === 'string'))
    return value.map((one: { readonly text: string }) => one.text).join('\n')
  return JSON.stringify(value)
}

function partsOf({ content }: LettaMessage) {
  return Array.isArray(content) ? content : []
}

function textOf(message: LettaMessage): string {
  if (typeof message.content === 'string') return message.content
  const texts = partsOf(message).flatMap(({ type, text }) =>
    type === 'text' && typeof text === 'string' && text.trim() !== '' ? [text] : [],
  )
  return texts.join('\n')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
