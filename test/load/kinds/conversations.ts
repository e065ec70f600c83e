import { chatGpt, claude, iso, zip } from '../files.ts'
import { LINE_CONVERSATIONS } from './line-conversations.ts'
import { json, marked } from './shape.ts'
import { AT, said, type Talk, talk } from './talk.ts'

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

export const CONVERSATIONS: Readonly<Record<string, readonly Talk[]>> = {
  ChatGPT: CHATGPT,
  Claude: CLAUDE,
  ...LINE_CONVERSATIONS,
}
