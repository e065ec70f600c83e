import { describe, expect, it } from 'vitest'
import { checkMessages, signatureOf } from '../support/wires/messages-check.ts'
import { checkResponses, encrypt } from '../support/wires/responses-check.ts'
import type { Fields } from '../support/wires/speech.ts'

/* The scripted servers refuse what the real APIs refuse, or all the suites over them would show little. */

const asked = { role: 'user', content: [{ type: 'text', text: 'Hi' }] }
const use = { type: 'tool_use', id: 'toolu_1', name: 'look', input: {} }
const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'A door.' }
const thinking = { type: 'thinking', thinking: 'Hm.', signature: signatureOf('Hm.') }
const ON = { thinking: { type: 'adaptive' } }
const turn = (role: string, ...content: readonly Fields[]) => ({ role, content })

const SOUND = [asked, turn('assistant', thinking, use), turn('user', result)]
const RULES = { thinking: ['adaptive', 'enabled'], thoughtBefore: () => true }
const messages = (said: readonly Fields[], more: Fields = {}) =>
  checkMessages({ model: 'x', max_tokens: 9_000, messages: said, ...more }, RULES)

describe('Messages', () => {
  it('takes a sound request', () => {
    expect(messages(SOUND, ON)).toBeUndefined()
  })

  it.each<[string, readonly Fields[], RegExp, Fields?]>([
    ['a call without a result', [...SOUND.slice(0, 2), asked], /without `tool_result` blocks/],
    [
      'a result without a call',
      [asked, turn('assistant', { ...asked.content[0] }), turn('user', result)],
      /unexpected `tool_use_id`/,
    ],
    [
      'a result after a text',
      [...SOUND.slice(0, 2), turn('user', { type: 'text', text: 'Hi' }, result)],
      /must come first/,
    ],
    ['two turns of one role', [asked, asked], /roles must alternate/],
    ['an answer at the beginning', SOUND.slice(1), /first message must use the "user" role/],
    ['an answer at the end', SOUND.slice(0, 2), /without|prefill/],
    ['no text in a text', [turn('user', { type: 'text', text: ' ' })], /non-whitespace/],
    [
      'changed thinking',
      [asked, turn('assistant', { ...thinking, thinking: 'Ha.' }, use), turn('user', result)],
      /Invalid `signature`/,
    ],
    [
      'missing thinking',
      [asked, turn('assistant', use), turn('user', result)],
      /Expected `thinking`/,
      ON,
    ],
    [
      'thinking at the end',
      [asked, turn('assistant', use, thinking), turn('user', result)],
      /final block/,
    ],
    ['thinking of the user', [turn('user', thinking)], /only be in assistant messages/],
    [
      'a forced tool in thinking',
      SOUND,
      /forces tool use/,
      {
        ...ON,
        tools: [{ name: 'look', input_schema: { type: 'object' } }],
        tool_choice: { type: 'any' },
      },
    ],
    ['a temperature in thinking', SOUND, /may only be set to 1/, { ...ON, temperature: 0.5 }],
    [
      'a budget above the limit',
      SOUND,
      /must be greater than/,
      { thinking: { type: 'enabled', budget_tokens: 9_000 } },
    ],
    ['no limit', SOUND, /max_tokens/, { max_tokens: undefined }],
    ['an unknown parameter', SOUND, /store: Extra inputs/, { store: false }],
    [
      'an unknown field',
      [turn('user', { type: 'text', text: 'Hi', note: 1 })],
      /text.note: Extra inputs/,
    ],
    [
      'a fifth mark',
      [
        turn(
          'user',
          ...Array.from({ length: 5 }, () => ({
            type: 'text',
            text: 'Hi',
            cache_control: { type: 'ephemeral' },
          })),
        ),
      ],
      /maximum of 4 blocks/,
    ],
  ])('refuses %s', (_, said, words, more) => {
    expect(messages(said, more)).toMatch(words)
  })
})

const user = { type: 'message', role: 'user', content: 'Hi' }
const reasoning = { type: 'reasoning', summary: [], encrypted_content: encrypt('Hm.') }
const call = { type: 'function_call', call_id: 'call_1', name: 'look', arguments: '{}' }
const output = { type: 'function_call_output', call_id: 'call_1', output: 'A door.' }
const responses = (input: readonly Fields[], more: Fields = {}) =>
  checkResponses(
    { model: 'x', store: false, include: ['reasoning.encrypted_content'], input, ...more },
    { thoughtBefore: () => true },
  )

describe('Responses', () => {
  it('takes a sound request', () => {
    expect(responses([user, reasoning, call, output])).toBeUndefined()
  })

  it.each<[string, readonly Fields[], RegExp, Fields?]>([
    ['a call without an output', [user, reasoning, call], /No tool output found/],
    ['an output without a call', [user, output], /No tool call found/],
    ['an output before its call', [user, output, reasoning, call], /No tool call found/],
    ['a call twice', [user, reasoning, call, call, output], /Duplicate item/],
    ['a call without its reasoning', [user, call, output], /required 'reasoning' item/],
    ['reasoning without what follows', [reasoning, user], /without its required following item/],
    [
      'changed reasoning',
      [user, { ...reasoning, encrypted_content: 'x.y' }, call, output],
      /could not be verified/,
    ],
    [
      'an id of what was not stored',
      [user, { ...reasoning, id: 'rs_1' }, call, output],
      /Items are not persisted/,
    ],
    ['an unknown field', [{ ...user, note: 1 }], /Unknown parameter: 'input\[0\].note'/],
    ['an unknown parameter', [user], /Unknown parameter: 'max_tokens'/, { max_tokens: 9 }],
    ['a limit that is too low', [user], /minimum value/, { max_output_tokens: 9 }],
    ['a temperature that is too high', [user], /maximum value/, { temperature: 2.5 }],
    [
      'a long id',
      [user, reasoning, { ...call, call_id: 'x'.repeat(65) }, output],
      /string too long/,
    ],
  ])('refuses %s', (_, input, words, more) => {
    expect(responses(input, more)).toMatch(words)
  })
})
