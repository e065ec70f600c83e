import { iso } from '../files.ts'
import { json, lines, utf16 } from './shape.ts'
import { AT, type Talk } from './talk.ts'

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

/** Conversations of which each line is an entry. */
export const LINE_CONVERSATIONS = {
  'Claude Code': CLAUDE_CODE,
  'JSON Lines': LINES,
} satisfies Readonly<Record<string, readonly Talk[]>>
