import type { Fields } from '../support/wires/speech.ts'
import { type WireName, wireOfTests } from '../support/wires/wire-of-tests.ts'
import { body, refuse, say } from './answers.ts'
import { events } from './native.ts'
import type { Answer } from './wire.ts'

export interface Fault {
  readonly fault: string
  readonly answer: Answer
  /** How often the vendor is asked before the run fails: 4 where it may pass, 2 for nonsense, 1 where it will not. */
  readonly requests: 1 | 2 | 4
  readonly error: RegExp
}

/* Faults in the shapes of one wire, for which the others have their own. */

const chat: readonly Fault[] = [
  { fault: 'no choices', answer: body('{"choices":[]}'), requests: 2, error: /without choices/ },
  {
    fault: 'choices of null',
    answer: body('{"choices":null}'),
    requests: 2,
    error: /without choices/,
  },
  {
    fault: 'a message of null',
    answer: body('{"choices":[{"message":null}]}'),
    requests: 2,
    error: /without a message/,
  },
  {
    fault: 'an answer broken off by the server',
    answer: say('Half', { finish: 'error' }),
    requests: 2,
    error: /broke off itself/,
  },
]

const json = (value: Fields) => body(JSON.stringify(value))

const messageError = (type: string, message: string) => ({
  type: 'error',
  error: { type, message },
})
const MESSAGE_BEGINS = [
  { type: 'message_start', message: { role: 'assistant', content: [] } },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Half' } },
]

const messages: readonly Fault[] = [
  {
    fault: 'a message without content',
    answer: json({ type: 'message', role: 'assistant', content: null, stop_reason: 'end_turn' }),
    requests: 2,
    error: /an answer that is not a message/,
  },
  {
    fault: 'an overload',
    answer: refuse(529, messageError('overloaded_error', 'Overloaded')),
    requests: 4,
    error: /529: Overloaded.*Try again/,
  },
  {
    fault: 'an overload with 200',
    answer: json(messageError('overloaded_error', 'Overloaded')),
    requests: 4,
    error: /529: Overloaded.*Try again/,
  },
  {
    fault: 'an overload within a stream',
    answer: events(...MESSAGE_BEGINS, messageError('overloaded_error', 'Overloaded')),
    requests: 4,
    error: /529: Overloaded.*Try again/,
  },
  {
    fault: 'an error of the API within a stream',
    answer: events(...MESSAGE_BEGINS, messageError('api_error', 'Internal server error')),
    requests: 4,
    error: /500: Internal server error.*Try again/,
  },
  {
    fault: 'credits that are used up',
    answer: refuse(
      400,
      messageError(
        'invalid_request_error',
        'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
      ),
    ),
    requests: 1,
    error: /credit balance is too low.*Check the credits/,
  },
  {
    fault: 'a stream whose blocks end, and whose message does not',
    answer: events(...MESSAGE_BEGINS, { type: 'content_block_stop', index: 0 }),
    requests: 2,
    error: /ended before the answer was complete/,
  },
]

const failed = (error: Fields | null) => ({
  object: 'response',
  status: 'failed',
  output: [],
  error,
})
const RESPONSE_BEGINS = [
  { type: 'response.created', response: { status: 'in_progress', output: [], error: null } },
  {
    type: 'response.output_item.added',
    output_index: 0,
    item: { type: 'message', role: 'assistant', content: [] },
  },
  { type: 'response.output_text.delta', output_index: 0, delta: 'Half' },
]

const responses: readonly Fault[] = [
  {
    fault: 'a response without output',
    answer: json({ object: 'response', status: 'completed', output: null }),
    requests: 2,
    error: /an answer that is not a response/,
  },
  {
    fault: 'a response that failed',
    answer: json(failed({ code: 'server_error', message: 'The server had an error' })),
    requests: 4,
    error: /500: The server had an error.*Try again/,
  },
  {
    fault: 'a response that failed without a reason',
    answer: json(failed(null)),
    requests: 2,
    error: /an answer that failed/,
  },
  {
    fault: 'a response that failed within a stream',
    answer: events(...RESPONSE_BEGINS, {
      type: 'response.failed',
      response: failed({ code: 'rate_limit_exceeded', message: 'Rate limit reached' }),
    }),
    requests: 4,
    error: /429: Rate limit reached.*Wait/,
  },
  {
    fault: 'an error event',
    answer: events(...RESPONSE_BEGINS, {
      type: 'error',
      code: 'server_error',
      message: 'Something broke',
      param: null,
    }),
    requests: 4,
    error: /500: Something broke.*Try again/,
  },
  {
    fault: 'an answer broken off by the server',
    answer: json({ object: 'response', status: 'cancelled', output: [], error: null }),
    requests: 2,
    error: /broke off itself/,
  },
  {
    fault: 'a stream whose items end, and whose response does not',
    answer: events(...RESPONSE_BEGINS, {
      type: 'response.output_item.done',
      output_index: 0,
      item: { type: 'message', content: [{ type: 'output_text', text: 'Half' }] },
    }),
    requests: 2,
    error: /ended before the answer was complete/,
  },
]

const FAULTS: Readonly<Record<WireName, readonly Fault[]>> = { chat, messages, responses }

export const OWN_FAULTS = FAULTS[wireOfTests()]

const tooLong = {
  code: 'context_length_exceeded',
  message: 'Your input exceeds the context window.',
}

const OVERFLOWS: Readonly<Record<WireName, readonly (readonly [server: string, Answer])[]>> = {
  chat: [],
  messages: [
    [
      'Messages within a stream',
      events(
        ...MESSAGE_BEGINS,
        messageError('invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'),
      ),
    ],
    [
      'Messages with 413',
      refuse(413, messageError('request_too_large', 'Request exceeds the maximum size')),
    ],
  ],
  responses: [
    ['a response that failed', json(failed(tooLong))],
    [
      'a response that failed within a stream',
      events(...RESPONSE_BEGINS, { type: 'response.failed', response: failed(tooLong) }),
    ],
  ],
}

/** How servers of this wire alone say that a request is too long. */
export const OWN_OVERFLOWS = OVERFLOWS[wireOfTests()]
