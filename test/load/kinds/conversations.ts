import { chatGpt, claude, iso, type Turn, zip } from '../files.ts'
import { json, lines, marked, utf16 } from './shape.ts'

/** Role, text and time of a message. */
export type Said = readonly [role: Turn['role'], text: string, at?: string]
/** A file, and the messages that come of it or, as a pattern, why it is refused. */
export type Talk = readonly [
  name: string,
  content: string | Uint8Array,
  expected: readonly Said[] | RegExp,
]

const AT = 1_700_000_000
const talk = (thing: string): readonly Turn[] => [
  { role: 'user', text: `Where is the ${thing}?`, at: AT },
  { role: 'assistant', text: `The ${thing} is here.`, at: AT + 60 },
]
const said = (thing: string): readonly Said[] =>
  talk(thing).map(({ role, text, at }) => [role, text, iso(at)])

const node = (role: string, content: object, more: object = {}) => ({
  message: { author: { role }, create_time: AT, content, ...more },
})
const parts = (...all: readonly unknown[]) => ({ content_type: 'text', parts: all })
/** A conversation of ChatGPT in which each node follows the one before. */
function chain(id: string, nodes: readonly object[]): object {
  const mapping = Object.fromEntries(
    nodes.map((one, at) => [
      `${at}`,
      { parent: at === 0 ? null : `${at - 1}`, children: [`${at + 1}`], ...one },
    ]),
  )
  return { ...{ id, title: id, create_time: AT }, mapping, current_node: `${nodes.length - 1}` }
}

const CHATGPT: readonly Talk[] = [
  ['kept.json', json([chatGpt('k', 'Kept', talk('lantern'))]), said('lantern')],
  ['single.json', json(chatGpt('s', 'Single', talk('sextant'))), said('sextant')],
  [
    'zipped.zip',
    zip({ 'conversations.json': json([chatGpt('z', 'Zip', talk('zither'))]), 'user.json': '{}' }),
    said('zither'),
  ],
  [
    'marked.json',
    marked(json([chatGpt('m', 'Mark', talk('clé à molette'))])),
    said('clé à molette'),
  ],
  [
    'tools.json',
    json([
      chain('tools', [
        node('user', parts('Add two and two.')),
        node('assistant', { content_type: 'code', text: 'add(2, 2)' }, { recipient: 'python' }),
        node('tool', parts('4')),
        node('assistant', parts('It is four.')),
      ]),
    ]),
    [
      ['user', 'Add two and two.', iso(AT)],
      ['assistant', 'It is four.', iso(AT)],
    ],
  ],
  [
    'pictures.json',
    json([
      chain('pictures', [
        node('user', {
          content_type: 'multimodal_text',
          parts: [{ content_type: 'image_asset_pointer' }, 'Which bird is it?'],
        }),
      ]),
    ]),
    [['user', '[image]\nWhich bird is it?', iso(AT)]],
  ],
  [
    'hidden.json',
    json([
      chain('hidden', [
        node('system', parts('Be kind.')),
        node('user', parts('Profile'), {
          metadata: { is_visually_hidden_from_conversation: true },
        }),
        node('user', parts('A shown question.')),
      ]),
    ]),
    [['user', 'A shown question.', iso(AT)]],
  ],
  [
    'thoughts.json',
    json([
      chain('thoughts', [
        node('user', parts('Think hard.')),
        node('assistant', { content_type: 'thoughts', thoughts: [{ content: 'Hm.' }] }),
        node('assistant', parts('Thought it over.')),
      ]),
    ]),
    [
      ['user', 'Think hard.', iso(AT)],
      ['assistant', 'Thought it over.', iso(AT)],
    ],
  ],
  [
    'no-time.json',
    json([chain('no-time', [node('user', parts('When was this asked?'), { create_time: null })])]),
    [['user', 'When was this asked?', iso(AT)]],
  ],
  ['other.json', json([{ invoice: 1 }]), /seen was an object with invoice/],
]

const CLAUDE: readonly Talk[] = [
  ['blocks.json', json([claude('b', 'Blocks', talk('trowel'))]), said('trowel')],
  ['single.json', json(claude('s2', 'Single', talk('hammock'))), said('hammock')],
  [
    'zipped.zip',
    zip({ 'conversations.json': json([claude('z2', 'Zip', talk('zipper'))]), 'users.json': '[]' }),
    said('zipper'),
  ],
  [
    'older.json',
    json([
      {
        uuid: 'o',
        name: 'Older',
        chat_messages: [{ sender: 'human', text: 'An older shape?', created_at: iso(AT) }],
      },
    ]),
    [['user', 'An older shape?', iso(AT)]],
  ],
  [
    'attached.json',
    json([
      {
        uuid: 'a',
        name: 'A',
        chat_messages: [
          {
            sender: 'human',
            text: 'Read it.',
            created_at: iso(AT),
            attachments: [{ file_name: 'a.txt', extracted_content: 'Words of a file.' }],
          },
        ],
      },
    ]),
    [['user', 'Read it.\n\n[attachment a.txt]\nWords of a file.', iso(AT)]],
  ],
  [
    'tools.json',
    json([
      {
        uuid: 't',
        name: 'T',
        chat_messages: [
          {
            sender: 'assistant',
            text: '',
            created_at: iso(AT),
            content: [
              { type: 'tool_use', name: 'look' },
              { type: 'text', text: 'Looked it up.' },
            ],
          },
        ],
      },
    ]),
    [['assistant', 'Looked it up.', iso(AT)]],
  ],
  [
    'offset.json',
    json([
      {
        uuid: 'f',
        name: 'F',
        chat_messages: [
          { sender: 'human', text: 'Where am I west?', created_at: '2023-11-14T14:13:20-08:00' },
        ],
      },
    ]),
    [['user', 'Where am I west?', iso(AT)]],
  ],
  [
    'undated.json',
    json([
      {
        uuid: 'u',
        name: 'U',
        created_at: iso(AT),
        chat_messages: [{ sender: 'human', text: 'No time of its own.' }],
      },
    ]),
    [['user', 'No time of its own.', iso(AT)]],
  ],
  ['null-between.json', json([null, claude('n', 'N', talk('nutcracker'))]), said('nutcracker')],
  ['cut.json', json([claude('c', 'C', talk('cutter'))]).slice(0, -9), /ends in the middle/],
]

const entry = (type: string, content: unknown, more: object = {}) => ({
  ...{ type, uuid: `${type} ${json(content)}`, sessionId: 's', timestamp: iso(AT) },
  ...{ message: { role: type, content }, ...more },
})
const CLAUDE_CODE: readonly Talk[] = [
  [
    'plain.jsonl',
    lines(
      entry('user', 'Rename the anvil.'),
      entry('assistant', [{ type: 'text', text: 'Renamed the anvil.' }]),
    ),
    [
      ['user', 'Rename the anvil.', iso(AT)],
      ['assistant', 'Renamed the anvil.', iso(AT)],
    ],
  ],
  [
    'tools.jsonl',
    lines(
      entry('assistant', [{ type: 'tool_use', name: 'Bash' }]),
      entry('user', [{ type: 'tool_result', content: 'output' }]),
      entry('assistant', 'Ran the bellows.'),
    ),
    [['assistant', 'Ran the bellows.', iso(AT)]],
  ],
  [
    'thinking.jsonl',
    lines(
      entry('assistant', [
        { type: 'thinking', thinking: 'Hm.' },
        { type: 'text', text: 'The chisel it is.' },
      ]),
    ),
    [['assistant', 'The chisel it is.', iso(AT)]],
  ],
  [
    'summary.jsonl',
    lines({ type: 'summary', summary: 'S', leafUuid: 'x' }, entry('user', 'After a summary.')),
    [['user', 'After a summary.', iso(AT)]],
  ],
  [
    'subagent.jsonl',
    lines(entry('user', 'Of a subagent.', { isSidechain: true }), entry('user', 'Of the drill.')),
    [['user', 'Of the drill.', iso(AT)]],
  ],
  [
    'meta.jsonl',
    lines(entry('user', 'Caveat.', { isMeta: true }), entry('user', 'Mine is the easel.')),
    [['user', 'Mine is the easel.', iso(AT)]],
  ],
  [
    'compacted.jsonl',
    lines(entry('user', 'Long ago.', { isCompactSummary: true }), entry('user', 'Now the forge.')),
    [['user', 'Now the forge.', iso(AT)]],
  ],
  [
    'reminder.jsonl',
    lines(entry('user', 'Oil the gears.<system-reminder>Be brief.</system-reminder>')),
    [['user', 'Oil the gears.', iso(AT)]],
  ],
  [
    'command.jsonl',
    lines(
      entry('user', '<command-name>/review</command-name> <command-args>the hinge</command-args>'),
    ),
    [['user', '/review the hinge', iso(AT)]],
  ],
  [
    'cut.jsonl',
    `${lines(entry('user', 'Before the cut.'))}\n{"type":"user","uu`,
    /Line 2 is no JSON/,
  ],
]

const LINES: readonly Talk[] = [
  [
    'content.jsonl',
    lines({ role: 'user', content: 'A plain inkwell.', timestamp: iso(AT) }),
    [['user', 'A plain inkwell.', iso(AT)]],
  ],
  [
    'text.jsonl',
    lines({ sender: 'human', text: 'A jug of text.', created_at: iso(AT) }),
    [['user', 'A jug of text.', iso(AT)]],
  ],
  [
    'message.ndjson',
    lines({ speaker: 'AI', message: 'A kiln of words.', date: iso(AT) }),
    [['assistant', 'A kiln of words.', iso(AT)]],
  ],
  [
    'seconds.jsonl',
    lines({ role: 'user', content: 'A ladder in seconds.', timestamp: AT }),
    [['user', 'A ladder in seconds.', iso(AT)]],
  ],
  [
    'milliseconds.jsonl',
    lines({ role: 'user', content: 'A mallet in milliseconds.', timestamp: AT * 1_000 }),
    [['user', 'A mallet in milliseconds.', iso(AT)]],
  ],
  [
    'parts.jsonl',
    lines({
      role: 'user',
      content: [
        { type: 'text', text: 'A needle in parts.' },
        { type: 'image_url', image_url: {} },
      ],
      timestamp: iso(AT),
    }),
    [['user', 'A needle in parts.', iso(AT)]],
  ],
  [
    'system.jsonl',
    lines(
      { role: 'system', content: 'You are an oar.' },
      { role: 'user', content: 'An oar of mine.', at: iso(AT) },
    ),
    [['user', 'An oar of mine.', iso(AT)]],
  ],
  [
    'undated.jsonl',
    lines({ role: 'assistant', content: 'A pulley without a date.' }),
    [['assistant', 'A pulley without a date.']],
  ],
  [
    'utf16.jsonl',
    utf16(`${lines({ role: 'user', content: 'Żagiel i wiosło.', timestamp: iso(AT) })}\r\n`),
    [['user', 'Żagiel i wiosło.', iso(AT)]],
  ],
  ['rows.jsonl', lines({ port: 'Bari' }), /Line 1 is no message: seen was an object with port/],
]

export const CONVERSATIONS: Readonly<Record<string, readonly Talk[]>> = {
  ChatGPT: CHATGPT,
  Claude: CLAUDE,
  'Claude Code': CLAUDE_CODE,
  'JSON Lines': LINES,
}
