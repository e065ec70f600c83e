import type { Fields } from '../support/wires/speech.ts'
import { type WireName, wireOfTests } from '../support/wires/wire-of-tests.ts'
import { chunks, DONE } from './answers.ts'
import { events, halves } from './native.ts'
import type { Answer } from './wire.ts'

/* Streams of calls as servers of each wire send them, some unlike the documentation. */

interface StreamedCalls {
  /** Each calls the tool once with the arguments. */
  readonly pieces: Readonly<Record<string, Answer>>
  /** Two calls, of which the server numbers both 0. */
  same(first: string, second: string): Answer
  /** The connection ends in the middle of the answer. */
  readonly unfinished: Answer
}

const NAME = 'core_memory_append'
const ARGS = { label: 'human', content: 'Likes tea.' }
const TEXT = JSON.stringify(ARGS)
const [FIRST, SECOND] = halves(TEXT)

const delta = (fields: Fields) => ({ delta: { tool_calls: [fields] } })
const chunked = (...deltas: readonly Fields[]) =>
  chunks(...deltas, { delta: {}, finish_reason: 'stop' }, DONE)

const chat: StreamedCalls = {
  pieces: {
    'a call without an index': chunked(
      delta({ id: 'a', function: { name: NAME, arguments: FIRST } }),
      delta({ function: { arguments: SECOND } }),
    ),
    'a call whose name comes after its arguments began': chunked(
      delta({ index: 0, function: { arguments: FIRST } }),
      delta({ index: 0, id: 'a', function: { name: NAME, arguments: SECOND } }),
    ),
    'an old function_call': chunked(
      { delta: { function_call: { name: NAME, arguments: FIRST } } },
      { delta: { function_call: { arguments: SECOND } } },
    ),
  },
  same: (...texts) =>
    chunked(
      ...texts.map((text, place) =>
        delta({ index: 0, id: `call_${place}`, function: { name: NAME, arguments: text } }),
      ),
    ),
  unfinished: chunks(delta({ index: 0, id: 'a', function: { name: NAME, arguments: TEXT } })),
}

const START = { type: 'message_start', message: { role: 'assistant', content: [] } }
const END = [
  { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 9 } },
  { type: 'message_stop' },
]
const use = (id: string, input: Fields = {}) => ({ type: 'tool_use', id, name: NAME, input })
const block = (index: number | undefined, content: Fields) => ({
  type: 'content_block_start',
  index,
  content_block: content,
})
const input = (index: number | undefined, text: string) => ({
  type: 'content_block_delta',
  index,
  delta: { type: 'input_json_delta', partial_json: text },
})
const stop = (index?: number) => ({ type: 'content_block_stop', index })

const messages: StreamedCalls = {
  pieces: {
    'a call, its first piece empty': events(
      START,
      { type: 'ping' },
      block(0, use('toolu_1')),
      input(0, ''),
      input(0, FIRST),
      { type: 'ping' },
      input(0, SECOND),
      stop(0),
      ...END,
    ),
    'a call that is whole when it starts': events(START, block(0, use('toolu_1', ARGS)), ...END),
    'a call without an index': events(
      START,
      block(undefined, use('toolu_1')),
      input(undefined, FIRST),
      input(undefined, SECOND),
      stop(),
      ...END,
    ),
    'a call between whose pieces a text comes': events(
      START,
      block(0, { type: 'text', text: '' }),
      block(1, use('toolu_1')),
      input(1, FIRST),
      {
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'text_delta', text: 'I note that.' },
      },
      input(1, SECOND),
      stop(0),
      stop(1),
      ...END,
    ),
  },
  same: (...texts) =>
    events(
      START,
      ...texts.flatMap((text, place) => [
        block(0, use(`toolu_${place}`)),
        ...halves(text).map((half) => input(0, half)),
        stop(0),
      ]),
      ...END,
    ),
  unfinished: events(START, block(0, use('toolu_1')), input(0, TEXT), stop(0)),
}

const call = (place: number, text: string) => ({
  type: 'function_call',
  id: `fc_${place}`,
  call_id: `call_${place}`,
  name: NAME,
  arguments: text,
})
const created = { type: 'response.created', response: { status: 'in_progress', output: [] } }
/** Gateways that put together nothing themselves. */
const empty = { type: 'response.completed', response: { status: 'completed', output: [] } }
const added = (item: Fields, index?: number) => ({
  type: 'response.output_item.added',
  output_index: index,
  item,
})
const done = (item: Fields, index?: number) => ({
  type: 'response.output_item.done',
  output_index: index,
  item,
})
const argument = (kind: 'delta' | 'done', text: string, id: string, index?: number) => ({
  type: `response.function_call_arguments.${kind}`,
  item_id: id,
  output_index: index,
  [kind === 'delta' ? 'delta' : 'arguments']: text,
})

const responses: StreamedCalls = {
  pieces: {
    'a call, whole at its end': events(
      created,
      added(call(0, ''), 0),
      argument('delta', FIRST, 'fc_0', 0),
      argument('delta', SECOND, 'fc_0', 0),
      argument('done', TEXT, 'fc_0', 0),
      done(call(0, TEXT), 0),
      { ...empty, response: { status: 'completed', output: [call(0, TEXT)] } },
    ),
    'a call without an end': events(
      created,
      added(call(0, ''), 0),
      argument('delta', FIRST, 'fc_0', 0),
      argument('delta', SECOND, 'fc_0', 0),
      empty,
    ),
    'a call that comes at once': events(
      created,
      added(call(0, ''), 0),
      argument('done', TEXT, 'fc_0', 0),
      empty,
    ),
    'a call without an index': events(
      created,
      added(call(0, '')),
      argument('delta', FIRST, 'fc_0'),
      argument('delta', SECOND, 'fc_0'),
      done(call(0, TEXT)),
      empty,
    ),
    'a call whose name comes after its arguments': events(
      created,
      added({ ...call(0, ''), name: '' }, 0),
      argument('delta', TEXT, 'fc_0', 0),
      done(call(0, TEXT), 0),
      empty,
    ),
  },
  same: (...texts) =>
    events(
      created,
      ...texts.flatMap((text, place) => [
        added(call(place, ''), 0),
        ...halves(text).map((half) => argument('delta', half, `fc_${place}`, 0)),
        done(call(place, text), 0),
      ]),
      empty,
    ),
  unfinished: events(
    created,
    added(call(0, ''), 0),
    argument('delta', TEXT, 'fc_0', 0),
    done(call(0, TEXT), 0),
  ),
}

const STREAMS: Readonly<Record<WireName, StreamedCalls>> = { chat, messages, responses }

export const STREAMED = STREAMS[wireOfTests()]
