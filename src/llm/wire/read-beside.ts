import { readWritten } from '../dialects/read-written.ts'
import { nameIn, type WrittenCall } from '../dialects/written-call.ts'
import type { ModelWords, ToolSpec } from '../model.ts'
import type { Fields } from './fields.ts'

/** A call in the API's own field for calls. */
export interface ReadCall {
  readonly name: string
  readonly arguments: string
  readonly extras: Fields | null
}

export interface ReadWords {
  readonly text: string
  readonly reasoning: string
  readonly calls: ModelWords['toolCalls']
  /** One entry for each call. */
  readonly extras: readonly (Fields | null)[]
}

/** The tool that a name means, without the decoration that models add. */
export function readName(written: string, tools: readonly ToolSpec[]): { readonly name: string } {
  return { name: nameIn(tools, written) ?? written }
}

/**
 * If the answer has calls in their own field, its thinking is only thinking, and a call repeated in the text counts
 * once.
 */
export function readBeside(
  content: string,
  thought: string,
  made: readonly ReadCall[],
  tools: readonly ToolSpec[],
): ReadWords {
  const { text, reasoning, calls } = readAll(content, thought, made, tools)
  return {
    text,
    reasoning,
    calls: calls.map(bare),
    extras: calls.map((call) => ('extras' in call ? call.extras : null)),
  }
}

function readAll(
  content: string,
  thought: string,
  made: readonly ReadCall[],
  tools: readonly ToolSpec[],
): { text: string; reasoning: string; calls: readonly (WrittenCall | ReadCall)[] } {
  if (made.length === 0) return readWritten(content, thought, tools)
  const { text, reasoning, calls } = readWritten(content, '', tools)
  const prints = new Set(made.map(printOf))
  const others = calls.filter((call) => call.problem === undefined && !prints.has(printOf(call)))
  return {
    text,
    reasoning: [thought, reasoning].filter((part) => part !== '').join('\n'),
    calls: [...made, ...others],
  }
}

function printOf({ name, arguments: text }: { name: string; arguments: string }): string {
  try {
    const value: unknown = JSON.parse(text)
    const entries = typeof value === 'object' && value !== null ? Object.entries(value) : value
    return JSON.stringify([name, Array.isArray(entries) ? entries.sort() : entries])
  } catch {
    return JSON.stringify([name, text])
  }
}

function bare(call: WrittenCall | ReadCall): ModelWords['toolCalls'][number] {
  return {
    name: call.name,
    arguments: call.arguments,
    ...('problem' in call && call.problem !== undefined && { problem: call.problem }),
  }
}
