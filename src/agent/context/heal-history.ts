import { remembered } from '../../core/remembered.ts'
import { cleanText } from '../../core/text.ts'
import type { ModelMessage } from '../../llm/model.ts'

const NO_RESULT =
  'Error: the result of this call was lost. Check whether it took effect before you repeat it.'
const EMPTY = '(empty)'

/**
 * Makes any stored history well-formed, even if it was imported, edited or half-written by an older version: every tool
 * call is followed by exactly one result, ids are unique, and no text is empty or invalid. Providers refuse anything
 * else, and one bad message would make an agent unusable for good.
 */
export function healHistory(messages: readonly ModelMessage[]): readonly ModelMessage[] {
  const results = new Map<string, string>()
  for (const message of messages) {
    if (message.role === 'tool') results.set(message.callId, message.text)
  }
  const seen = new Set<string>()
  const healed: ModelMessage[] = []
  for (const message of messages) {
    if (message.role === 'user' || message.role === 'system') {
      healed.push(fillText(message))
    } else if (message.role === 'assistant') {
      const own = message.toolCalls.filter(({ id }) => !seen.has(id) && seen.add(id))
      const isWhole = own.length === message.toolCalls.length
      const kept = isWhole ? message : withCalls(message, own)
      healed.push(...healAnswer(kept, ...own.map(({ id }) => results.get(id))))
    }
    // Results are placed after their call; a result without a call is dropped.
  }
  return healed
}

type Answer = Extract<ModelMessage, { role: 'assistant' }>

/** Extras go with the whole answer or not at all. */
function withCalls({ extras: _, ...message }: Answer, toolCalls: Answer['toolCalls']): Answer {
  return { ...message, toolCalls }
}

const fillText = remembered(
  (message: Extract<ModelMessage, { role: 'user' | 'system' }>): ModelMessage => ({
    ...message,
    text: filled(message.text),
  }),
)

/** An answer of the model, followed by the results of its calls. */
const healAnswer = remembered(
  (message: Answer, ...results: readonly (string | undefined)[]): readonly ModelMessage[] => {
    const clean = cleanText(message.text)
    // Some providers refuse blank text, even beside calls.
    const text = clean.trim() === '' ? '' : clean
    if (message.toolCalls.length === 0 && text === '') return []
    const toolCalls = message.toolCalls.map((call) => ({
      ...call,
      name: cleanText(call.name),
      arguments: cleanText(call.arguments),
    }))
    const { extras } = message
    return [
      {
        role: 'assistant',
        text,
        reasoning: cleanText(message.reasoning),
        toolCalls,
        ...(extras && { extras }),
      },
      ...toolCalls.map(({ id }, index) => ({
        role: 'tool' as const,
        callId: id,
        text: filled(results[index] ?? NO_RESULT),
      })),
    ]
  },
)

function filled(text: string): string {
  const clean = cleanText(text)
  return clean.trim() === '' ? EMPTY : clean
}
