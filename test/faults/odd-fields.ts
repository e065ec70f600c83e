import type { Fields } from '../support/wires/speech.ts'
import type { WireName } from '../support/wires/wire-of-tests.ts'
import { message } from './answers.ts'
import { native } from './native.ts'
import type { Answer } from './wire.ts'

interface OddField {
  readonly field: string
  /** In it the model sends the field. */
  readonly answer: Answer
  readonly words: string
}

const args = { thinking: 'I greet.', message: 'Hi' }
const USE = { type: 'tool_use', id: 'toolu_odd', name: 'send_message', input: args }
const CALL = {
  type: 'function_call',
  call_id: 'call_odd',
  name: 'send_message',
  arguments: JSON.stringify(args),
}
const item = (text: string, more: Fields) => ({
  type: 'message',
  role: 'assistant',
  content: [{ type: 'output_text', text }],
  ...more,
})

/** Fields of an answer that its own server refuses when they come back. */
export const ODD_FIELDS: Readonly<Record<WireName, readonly OddField[]>> = {
  chat: [
    {
      field: 'vendor_state',
      answer: message({
        content: null,
        vendor_state: { a: 1 },
        tool_calls: [{ function: { name: 'send_message', arguments: '{"message":"Hi"}' } }],
      }),
      words: "property 'vendor_state' is unsupported, did you mean 'role'?",
    },
  ],
  messages: [
    {
      field: 'vendor_state',
      answer: native([
        { type: 'thinking', thinking: 'Hm.', signature: 'sig-1', vendor_state: { a: 1 } },
        USE,
      ]),
      words: 'messages.1.content.0.thinking.vendor_state: Extra inputs are not permitted',
    },
  ],
  responses: [
    {
      field: 'phase',
      answer: native([item('A moment.', { phase: 'commentary' }), CALL]),
      words: "Unknown parameter: 'input[1].phase'.",
    },
    {
      field: 'format',
      answer: native([
        { type: 'reasoning', summary: [], encrypted_content: 'AAAA', format: 'x-v1' },
        CALL,
      ]),
      words: "Unknown parameter: 'input[1].format'.",
    },
  ],
}
