import type { Message } from '../../core/message.ts'
import { HEARTBEAT, THINKING } from '../tools/tool-specs.ts'

/** Longer cycles are work. */
const LONGEST_CYCLE = 4

/** Told to the agent at this many rounds, */
export const REPEATS_TO_WARN = 3
/** and the run is stopped at this many. */
export const REPEATS_TO_STOP = 5

/**
 * How often the calls at the end of a run repeat themselves: 1 when they do not. Only calls that had the same result
 * count as the same, so trying again until something changes is not held against anybody. What counts is one answer of
 * the model with all its calls: one that makes the same call twice at once has not seen the result yet.
 */
export function countRepeats(messages: readonly Message[]): number {
  const prints = fingerprints(messages)
  let most = prints.length > 0 ? 1 : 0
  for (let length = 1; length <= LONGEST_CYCLE; length += 1) {
    const cycle = prints.slice(-length)
    if (cycle.length < length) break
    let rounds = 1
    while (isAt(prints, prints.length - (rounds + 1) * length, cycle)) rounds += 1
    most = Math.max(most, rounds)
  }
  return most
}

function isAt(prints: readonly string[], start: number, cycle: readonly string[]): boolean {
  return start >= 0 && cycle.every((print, offset) => prints[start + offset] === print)
}

/** Of each answer with calls: their names, arguments and results. */
function fingerprints(messages: readonly Message[]): readonly string[] {
  const results = new Map(
    messages.flatMap((message) =>
      message.role === 'tool' ? [[message.callId, message.text]] : [],
    ),
  )
  return messages.flatMap((message) => {
    if (message.role !== 'assistant' || message.toolCalls.length === 0) return []
    const calls = message.toolCalls.map((call) =>
      JSON.stringify([call.name, canonical(call.arguments), results.get(call.id)]),
    )
    return [JSON.stringify([...new Set(calls)])]
  })
}

/** The same whatever the order of the fields and whatever the agent thought meanwhile. */
function canonical(text: string): string {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return text
    const fields = Object.entries(value).filter(([name]) => name !== THINKING && name !== HEARTBEAT)
    return JSON.stringify(fields.sort(([one], [other]) => (one < other ? -1 : 1)))
  } catch {
    return text
  }
}
