import type { ServerResponse } from 'node:http'
import type { Fields } from '../support/wires/speech.ts'
import { wireOfTests } from '../support/wires/wire-of-tests.ts'
import { message } from './answers.ts'
import type { Answer } from './wire.ts'

/* Answers in the own fields of the wire under test, where chat completions have no such field. */

const WIRE = wireOfTests()

/** Events of the wire's stream, as they are. */
export function events(...payloads: readonly Fields[]): Answer {
  return (response) => sendEvents(response, payloads)
}

/** The content blocks of Messages, the output items of Responses: whole, or as their events. */
export function native(parts: readonly Fields[], more: Fields = {}): Answer {
  return (response, { stream }) => {
    const body = WIRE === 'messages' ? toMessage(parts, more) : toResponse(parts, more)
    if (stream === true) {
      return sendEvents(response, WIRE === 'messages' ? messageEvents(body) : responseEvents(body))
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
}

interface RawCall {
  readonly id?: string
  readonly name: string
  /** An object is sent as one, although chat completions and Responses have a text here. */
  readonly arguments: Fields | string
}

/** Calls with just the fields that are given. */
export function rawCalls(...all: readonly RawCall[]): Answer {
  switch (WIRE) {
    case 'chat':
      return message({
        tool_calls: all.map(({ id, ...call }) => ({ ...(id && { id }), function: call })),
      })
    case 'messages':
      return native(
        all.map(({ id, name, arguments: args }) => ({
          type: 'tool_use',
          ...(id && { id }),
          name,
          input: typeof args === 'string' ? JSON.parse(args) : args,
        })),
        { stop_reason: 'tool_use' },
      )
    case 'responses':
      return native(
        all.map(({ id, ...call }) => ({
          type: 'function_call',
          ...(id && { call_id: id }),
          ...call,
        })),
      )
  }
}

function sendEvents(response: ServerResponse, payloads: readonly Fields[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const lines = payloads.map(
    (payload) => `event: ${payload.type}\ndata: ${JSON.stringify(payload)}\n\n`,
  )
  response.end(lines.join(''))
}

function toMessage(content: readonly Fields[], more: Fields): Fields {
  return {
    id: 'msg_scripted',
    type: 'message',
    role: 'assistant',
    model: 'scripted',
    content,
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 4_000, output_tokens: 20 },
    ...more,
  }
}

function toResponse(output: readonly Fields[], more: Fields): Fields {
  return {
    id: 'resp_scripted',
    object: 'response',
    status: 'completed',
    error: null,
    incomplete_details: null,
    model: 'scripted',
    output,
    usage: { input_tokens: 4_000, output_tokens: 20, total_tokens: 4_020 },
    ...more,
  }
}

/** By the field of a block: the type and the field of its deltas. */
const DELTAS: Readonly<Record<string, readonly [type: string, field: string]>> = {
  text: ['text_delta', 'text'],
  thinking: ['thinking_delta', 'thinking'],
  signature: ['signature_delta', 'signature'],
  input: ['input_json_delta', 'partial_json'],
}

function messageEvents({ content, ...message }: Fields): readonly Fields[] {
  const { stop_reason, usage } = message
  return [
    { type: 'message_start', message: { ...message, content: [], stop_reason: null } },
    { type: 'ping' },
    ...content.flatMap(blockEvents),
    { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage },
    { type: 'message_stop' },
  ]
}

function blockEvents(block: Fields, index: number): readonly Fields[] {
  const texts = Object.keys(block).filter((name) => DELTAS[name])
  const empty = texts.map((name) => [name, name === 'input' ? {} : ''] as const)
  return [
    {
      type: 'content_block_start',
      index,
      content_block: { ...block, ...Object.fromEntries(empty) },
    },
    ...texts.flatMap((name) => {
      const [type, field = ''] = DELTAS[name] ?? []
      const text = name === 'input' ? JSON.stringify(block.input) : String(block[name])
      return halves(text).map((piece) => ({
        type: 'content_block_delta',
        index,
        delta: { type, [field]: piece },
      }))
    }),
    { type: 'content_block_stop', index },
  ]
}

function responseEvents(response: Fields): readonly Fields[] {
  const { output } = response
  return [
    { type: 'response.created', response: { ...response, output: [], status: 'in_progress' } },
    ...output.flatMap((item: Fields, index: number) => [
      { type: 'response.output_item.added', output_index: index, item: begun(item) },
      { type: 'response.output_item.done', output_index: index, item },
    ]),
    { type: `response.${response.status}`, response },
  ]
}

function begun(item: Fields): Fields {
  if (item.type === 'function_call') return { ...item, arguments: '' }
  return item.type === 'message' ? { ...item, content: [] } : { ...item, summary: [] }
}

export function halves(text: string): readonly [string, string] {
  const middle = Math.ceil(text.length / 2)
  return [text.slice(0, middle), text.slice(middle)]
}
