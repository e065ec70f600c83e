import { signatureOf } from '../support/wires/messages-check.ts'
import { encrypt } from '../support/wires/responses-check.ts'
import type { Fields } from '../support/wires/speech.ts'
import { type WireName, wireOfTests } from '../support/wires/wire-of-tests.ts'
import { chunks, DONE, message } from './answers.ts'
import { events, native } from './native.ts'
import type { Answer } from './wire.ts'

/* Parts of an answer that its provider wants back, in the fields of each wire. */

interface WireExtras {
  /** An answer that appends to memory. `more`: fields of its call. */
  answer(more?: Fields): Answer
  /** The answers in the history of a request. */
  sent(body: Fields): readonly Fields[]
  /** Fields of a call that claim that somebody else made it. */
  readonly disguise: Fields
  /** `answer`, as it goes back. */
  readonly goesBack: readonly Fields[]
  /** Nothing of this is for another model. */
  readonly own: readonly string[]
  /** Says "Hello." after thinking, both in pieces. */
  readonly pieces: Answer
  readonly piecesGoBack: readonly Fields[]
}

const NAME = 'core_memory_append'
const ARGS = { label: 'human', content: 'Tea.', request_heartbeat: true }

const SIGNATURE = { google: { thought_signature: 'c2lnbmVk' } }
const DETAILS = [
  { type: 'reasoning.text', text: 'I keep it.', signature: 'sig-1', format: 'x-v1', index: 0 },
  { type: 'reasoning.encrypted', data: 'AAAA', id: 'rs_1', index: 1 },
]
const detail = (fields: Fields) => ({
  delta: { reasoning_details: [{ type: 'reasoning.text', index: 0, ...fields }] },
})

const chat: WireExtras = {
  answer: (more = {}) =>
    message({
      reasoning_details: DETAILS,
      vendor_state: { cursor: 7 },
      tool_calls: [
        {
          id: 'opaque::id/with+signature=',
          type: 'function',
          extra_content: SIGNATURE,
          function: {
            name: NAME,
            arguments: JSON.stringify(ARGS),
            provider_specific_fields: { note: 'kept' },
          },
          ...more,
        },
      ],
    }),
  disguise: { name: 'other_name', role: 'system' },
  sent: ({ messages }) => messages.filter(({ role }: Fields) => role === 'assistant'),
  goesBack: [
    {
      role: 'assistant',
      reasoning_details: DETAILS,
      vendor_state: { cursor: 7 },
      tool_calls: [
        {
          id: 'opaque::id/with+signature=',
          extra_content: SIGNATURE,
          function: { name: NAME, provider_specific_fields: { note: 'kept' } },
        },
      ],
    },
  ],
  own: ['reasoning_details', 'vendor_state', 'extra_content', 'opaque::id'],
  pieces: chunks(
    detail({ text: 'I ', format: 'x-v1' }),
    detail({ text: 'see.', format: 'x-v1' }),
    detail({ signature: 'sig-2' }),
    { delta: { content: 'Hello.' } },
    { delta: {}, finish_reason: 'stop' },
    DONE,
  ),
  piecesGoBack: [
    {
      content: 'Hello.',
      reasoning_details: [
        { type: 'reasoning.text', index: 0, text: 'I see.', format: 'x-v1', signature: 'sig-2' },
      ],
    },
  ],
}

const thinking = (text: string) => ({
  type: 'thinking',
  thinking: text,
  signature: signatureOf(text),
})
const REDACTED = { type: 'redacted_thinking', data: 'c2VjcmV0' }
const SAID = { type: 'text', text: 'I keep it.' }
const USE = { type: 'tool_use', id: 'toolu_01Abc_def-9', name: NAME, input: ARGS }
const piece = (index: number, delta: Fields) => ({ type: 'content_block_delta', index, delta })

const messages: WireExtras = {
  answer: (more = {}) =>
    native([thinking('Tea?'), REDACTED, SAID, thinking('Keep it.'), { ...USE, ...more }], {
      stop_reason: 'tool_use',
    }),
  disguise: { role: 'user' },
  sent: ({ messages: turns }) => turns.filter(({ role }: Fields) => role === 'assistant'),
  goesBack: [
    {
      role: 'assistant',
      content: [
        thinking('Tea?'),
        REDACTED,
        SAID,
        thinking('Keep it.'),
        { type: 'tool_use', id: USE.id, name: NAME },
      ],
    },
  ],
  own: ['"type":"thinking"', 'signature', REDACTED.data, USE.id],
  pieces: events(
    {
      type: 'message_start',
      message: { role: 'assistant', content: [], usage: { input_tokens: 9, output_tokens: 1 } },
    },
    {
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'thinking', thinking: '', signature: '' },
    },
    piece(0, { type: 'thinking_delta', thinking: 'I ' }),
    piece(0, { type: 'thinking_delta', thinking: 'see.' }),
    piece(0, { type: 'signature_delta', signature: signatureOf('I see.').slice(0, 9) }),
    piece(0, { type: 'signature_delta', signature: signatureOf('I see.').slice(9) }),
    { type: 'content_block_stop', index: 0 },
    { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
    piece(1, { type: 'text_delta', text: 'Hel' }),
    piece(1, { type: 'text_delta', text: 'lo.' }),
    { type: 'content_block_stop', index: 1 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 9 } },
    { type: 'message_stop' },
  ),
  piecesGoBack: [
    { role: 'assistant', content: [thinking('I see.'), { type: 'text', text: 'Hello.' }] },
  ],
}

const reasoning = (id: string, text: string) => ({
  type: 'reasoning',
  id,
  summary: [{ type: 'summary_text', text }],
  encrypted_content: encrypt(text),
})
const withoutId = ({ id: _id, ...item }: Fields): Fields => item
const CALL = {
  type: 'function_call',
  id: 'fc_1',
  call_id: 'call_Abc-def_9',
  name: NAME,
  arguments: JSON.stringify(ARGS),
  status: 'completed',
}
const spoken = (text: string) => ({
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [] }],
})

const responses: WireExtras = {
  answer: (more = {}) =>
    native([
      reasoning('rs_1', 'Tea?'),
      { ...spoken('I keep it.'), phase: 'commentary', ...(more.role && { role: more.role }) },
      reasoning('rs_2', 'Keep it.'),
      { ...CALL, ...more },
    ]),
  disguise: { role: 'system' },
  sent: ({ input }) =>
    input.filter(
      ({ type, role }: Fields) =>
        ['reasoning', 'function_call'].includes(type) || role === 'assistant',
    ),
  goesBack: [
    withoutId(reasoning('rs_1', 'Tea?')),
    { type: 'message', role: 'assistant', content: 'I keep it.', phase: 'commentary' },
    withoutId(reasoning('rs_2', 'Keep it.')),
    { type: 'function_call', call_id: CALL.call_id, name: NAME },
  ],
  own: ['"type":"reasoning"', 'encrypted_content":', 'phase', CALL.call_id],
  // Gateways that end with an empty output, and tell the end of no message.
  pieces: events(
    { type: 'response.created', response: { status: 'in_progress', output: [] } },
    { type: 'response.output_item.added', output_index: 0, item: { type: 'reasoning' } },
    { type: 'response.reasoning_summary_text.delta', output_index: 0, delta: 'I see.' },
    {
      type: 'response.output_item.done',
      output_index: 0,
      item: reasoning('rs_1', 'I see.'),
    },
    {
      type: 'response.output_item.added',
      output_index: 1,
      item: { ...spoken(''), content: [] },
    },
    { type: 'response.output_text.delta', output_index: 1, delta: 'Hel' },
    { type: 'response.output_text.delta', output_index: 1, delta: 'lo.' },
    { type: 'response.completed', response: { status: 'completed', output: [] } },
  ),
  piecesGoBack: [
    withoutId(reasoning('rs_1', 'I see.')),
    { type: 'message', role: 'assistant', content: 'Hello.' },
  ],
}

const EXTRAS: Readonly<Record<WireName, WireExtras>> = { chat, messages, responses }

export const WIRE_EXTRAS = EXTRAS[wireOfTests()]
