import type { Message } from '../../core/message.ts'
import { HEARTBEAT, THINKING } from '../tools/tool-specs.ts'

/** Longer cycles count as real work. Chosen by hand. */
const MAX_CYCLE = 4

/** The agent is warned at this many rounds. Chosen by hand. */
export const REPEATS_TO_WARN = 3
/** The run is stopped at this many rounds. Chosen by hand. */
export const REPEATS_TO_STOP = 5

/**
 * Counts how often the newest calls of a run repeat themselves; 1: they do not. Calls are equal only if their results
 * are equal too, so polling for a change is allowed. The unit is one answer of the model with all its calls: a model
 * that makes the same call twice in one answer has not seen the first result yet.
 */
export function countRepeats(messages: readonly Message[]): number {
  const prints = fingerprints(messages)
  let most = prints.length > 0 ? 1 : 0
  for (let length = 1; length <= MAX_CYCLE; length += 1) {
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

/** One per answer with calls: names, arguments and results. */
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

/** Ignores the order of the fields and the agent's thoughts. */
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
