import { describe, expect, it } from 'vitest'
import { TextPreview } from '../../src/llm/preview-text.ts'

/** The preview of a text that arrives character by character, and of one that arrives at once. */
function shownOf(text: string) {
  return [[...text], [text]].map((pieces) => {
    const preview = new TextPreview()
    const shown = { text: '', reasoning: '' }
    for (const piece of pieces.flatMap((each) => preview.add(each))) shown[piece.kind] += piece.text
    return shown
  })
}

describe.each([
  [
    'plain words',
    'Hello there. 1 < 2, [see] (a) {b} `c` "d".',
    'Hello there. 1 < 2, [see] (a) {b} `c` "d".',
  ],
  ['HTML', 'This is <b>bold</b> and <br/> so on.', 'This is <b>bold</b> and <br/> so on.'],
])('of %s', (_, text, expected) => {
  it('the whole text is shown', () => {
    for (const shown of shownOf(text)) expect(shown.text).toBe(expected)
  })
})

it.each([
  '<tool_call>{"name":"f"}</tool_call>',
  '<function=f><parameter=a>1</parameter></function>',
  '<|tool_calls_section_begin|>x',
  '<｜tool▁calls▁begin｜>x',
  '[TOOL_CALLS][{"name":"f"}]',
  '{"name": "f", "arguments": {}}',
  '[{"name": "f"}]',
  '```json\n{"name": "f"}\n```',
  '<invoke name="f">',
])('nothing is shown of %s, alone or behind words', (markup) => {
  for (const shown of shownOf(markup)) expect(shown.text).toBe('')
  for (const shown of shownOf(`I will do it.\n${markup} more`)) {
    expect(shown.text.trim()).toBe('I will do it.')
  }
})

it.each(['<think>', '<thinking>', '[THINK]', '<seed:think>', '◁think▷'])(
  'text inside %s is reasoning',
  (open) => {
    const close = open.replace(/^([<[◁])/, '$1/')
    for (const shown of shownOf(`${open}Let me see < this${close}\n\nHello.`)) {
      expect(shown).toEqual({ text: 'Hello.', reasoning: 'Let me see < this' })
    }
  },
)
