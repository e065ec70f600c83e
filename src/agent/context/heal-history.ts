import { growing } from '../../core/growing.ts'
import type { CallId } from '../../core/ids.ts'
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
export const healHistory = growing(() => {
  const healed: ModelMessage[] = []
  /** Indexes in `healed` of the results, by the id of their call. */
  const places = new Map<CallId, number>()
  const results = new Map<CallId, ModelMessage>()
  return {
    add(message: ModelMessage, changes) {
      if (message.role === 'user' || message.role === 'system') {
        changes.push(healed, fillText(message))
      } else if (message.role === 'assistant') {
        const own = ownCalls(message, places)
        const isWhole = own.length === message.toolCalls.length
        const [answer, ...lost] = healAnswer(isWhole ? message : withCalls(message, own))
        if (answer) changes.push(healed, answer)
        for (const result of lost) {
          changes.set(places, result.callId, healed.length)
          changes.push(healed, results.get(result.callId) ?? result)
        }
      } else {
        // Results are placed after their call; a result without a call is dropped.
        const result = healResult(message)
        const place = places.get(message.callId)
        changes.set(results, message.callId, result)
        if (place !== undefined) changes.put(healed, place, result)
      }
    },
    made: (): readonly ModelMessage[] => [...healed],
  }
})

type Answer = Extract<ModelMessage, { role: 'assistant' }>
type Result = Extract<ModelMessage, { role: 'tool' }>

/** The calls with ids that no call before them has. */
function ownCalls(
  { toolCalls }: Answer,
  taken: { readonly has: (id: CallId) => boolean },
): Answer['toolCalls'] {
  const ids = new Set<CallId>()
  return toolCalls.filter(({ id }) => !taken.has(id) && !ids.has(id) && ids.add(id))
}

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

/** An answer of the model, followed by a result for each of its calls, as if all were lost. */
const healAnswer = remembered((message: Answer): readonly [] | readonly [Answer, ...Result[]] => {
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
    ...toolCalls.map(({ id }) => ({ role: 'tool' as const, callId: id, text: NO_RESULT })),
  ]
})

const healResult = remembered(
  ({ callId, text }: Result): Result => ({ role: 'tool', callId, text: filled(text) }),
)

function filled(text: string): string {
  const clean = cleanText(text)
  return clean.trim() === '' ? EMPTY : clean
}
