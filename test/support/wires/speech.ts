import type { IncomingHttpHeaders } from 'node:http'

// biome-ignore lint/suspicious/noExplicitAny: bodies as a vendor would read them
export type Fields = Record<string, any>

/** How a native API says what chat completions say. */
export interface Speech {
  readonly path: string
  /** Why the real API would refuse the body, in its words; undefined: it would not. */
  check(body: Fields, headers: IncomingHttpHeaders): string | undefined
  /** An error as the real API sends it. */
  refusal(message: string, status?: number): Fields
  toChat(body: Fields): Fields
  whole(completion: Fields, request: Fields): Fields
  stream(request: Fields): SpeechStream
  readonly input: { readonly tokens: number; readonly cached: number }
}

export interface SpeechStream {
  /** The events that a chunk becomes. */
  add(chunk: Fields): readonly Fields[]
  end(): readonly Fields[]
  /** The connection ended in good order: the end is told only where the model had finished. */
  endQuietly(): readonly Fields[]
}

export interface SaidCall {
  readonly name: string
  readonly arguments: string
}

/** The content of the first choice of a completion. */
export function saidIn(completion: Fields): {
  readonly text: string
  readonly thought: string
  readonly calls: readonly SaidCall[]
  readonly finish: string
} {
  const [choice] = completion.choices
  const { content, refusal, tool_calls: calls } = choice.message
  return {
    text: refusal ?? content ?? '',
    thought: thoughtIn(choice.message),
    calls: (calls ?? []).map((call: Fields) => call.function),
    finish: refusal ? 'content_filter' : (choice.finish_reason ?? 'stop'),
  }
}

/** Thinking has one of two names in chat completions. */
export function thoughtIn(said: Fields): string {
  return said.reasoning_content ?? said.reasoning ?? ''
}

/** The first of the keys that is none of `known`, as servers complain of it. */
export function unknownKey(value: Fields, known: readonly string[]): string | undefined {
  return Object.keys(value).find((key) => !known.includes(key))
}

/** The content of an answer, whole or streamed. */
export interface Output {
  readonly items: readonly Fields[]
  readonly finish: string
  readonly usage: Fields | undefined
}
