import type { IncomingHttpHeaders } from 'node:http'

/** A request as it came over the wire. */
export interface ReceivedRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies that a vendor would read
  readonly body: any
}

export interface ScriptedUsage {
  readonly prompt_tokens: number
  readonly completion_tokens: number
  readonly total_tokens?: number
  readonly prompt_tokens_details?: { readonly cached_tokens: number }
}

export interface AnswerOptions {
  /** null: none is sent. */
  readonly usage?: ScriptedUsage | null
  /** Goes into `reasoning_content`, or into the field named. */
  readonly reasoning?: string
  readonly reasoningField?: 'reasoning_content' | 'reasoning'
  readonly finishReason?: string | null
  /** More text beside tool calls. */
  readonly text?: string
}

export interface ScriptedToolCall {
  readonly name: string
  /** An object is sent as JSON text, a text as it is. */
  readonly arguments: Readonly<Record<string, unknown>> | string
}

export type ScriptedAnswer =
  | {
      readonly kind: 'message'
      readonly text: string
      readonly toolCalls: readonly ScriptedToolCall[]
      readonly options: AnswerOptions
    }
  | {
      readonly kind: 'raw'
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
    }
  | { readonly kind: 'hang' }
  | { readonly kind: 'delay'; readonly milliseconds: number; readonly answer: ScriptedAnswer }

export function say(text: string, options: AnswerOptions = {}): ScriptedAnswer {
  return { kind: 'message', text, toolCalls: [], options }
}

export function callTool(
  name: string,
  written: ScriptedToolCall['arguments'],
  options: AnswerOptions = {},
): ScriptedAnswer {
  return callTools([{ name, arguments: written }], options)
}

export function callTools(
  toolCalls: readonly ScriptedToolCall[],
  options: AnswerOptions = {},
): ScriptedAnswer {
  return { kind: 'message', text: options.text ?? '', toolCalls, options }
}

export function fail(
  status: number,
  body: unknown = { error: { message: `scripted failure ${status}` } },
  headers: Readonly<Record<string, string>> = {},
): ScriptedAnswer {
  const isText = typeof body === 'string'
  return raw({
    status,
    headers: { 'content-type': isText ? 'text/html' : 'application/json', ...headers },
    body: isText ? body : JSON.stringify(body),
  })
}

/** Accepts the request and never answers. */
export function hang(): ScriptedAnswer {
  return { kind: 'hang' }
}

export function delay(milliseconds: number, answer: ScriptedAnswer): ScriptedAnswer {
  return { kind: 'delay', milliseconds, answer }
}

export function raw(answer: {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}): ScriptedAnswer {
  const headers = { 'content-type': 'application/json', ...answer.headers }
  return { kind: 'raw', status: answer.status ?? 200, headers, body: answer.body }
}

/** The payloads as server-sent events; texts go as they are, [DONE] is not added. */
export function events(...payloads: readonly unknown[]): ScriptedAnswer {
  return raw({
    headers: { 'content-type': 'text/event-stream' },
    body: payloads.map((payload) => toEvent(payload)).join(''),
  })
}

export type MessageAnswer = Extract<ScriptedAnswer, { kind: 'message' }>

export function toEvent(payload: unknown): string {
  return `data: ${typeof payload === 'string' ? payload : JSON.stringify(payload)}\n\n`
}
