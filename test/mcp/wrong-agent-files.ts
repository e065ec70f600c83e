/* Invalid agent files and the errors they give. */

// biome-ignore lint/suspicious/noExplicitAny: each case knows what it changes
export const WRONG: readonly (readonly [string, (file: any) => void, RegExp])[] = [
  [
    'another format',
    (file) => (file.format = 'letta'),
    /no agent that Recollect or Letta exported/,
  ],
  ['a later version', (file) => (file.version = 5), /version 5.*reads up to 4/],
  ['an unknown field', (file) => (file.agent.hooks = []), /at agent.*"hooks"/],
  ['a missing field', (file) => delete file.messages[1].text, /messages\[1\]\.text/],
  ['an unknown role', (file) => (file.messages[0].role = 'root'), /messages\[0\]\.role/],
  ['no version', (file) => (file.blocks[0].versions = []), /blocks\[0\]\.versions/],
  [
    'a value over its limit',
    (file) => (file.blocks[0].versions[0].limit = 1),
    /blocks\[0\]\.versions\[0\]\.value has \d+ characters of at most 1/,
  ],
  [
    'versions out of order',
    (file) => (file.blocks[1].versions[0].at = '2999-01-01'),
    /blocks\[1\]\.versions\[1\]\.at is before/,
  ],
  [
    'a label twice',
    (file) => (file.blocks[1].label = file.blocks[0].label),
    /blocks\[1\]\.label is the same as blocks\[0\]\.label/,
  ],
  ['a context beyond', (file) => (file.context.from = 99), /context\.from is beyond/],
  [
    'a summary beyond',
    (file) =>
      file.summaries.push({
        text: 's',
        from_message: 1,
        to_message: 99,
        until: '2026-01-01',
        method: 'model',
      }),
    /summaries\[0\]\.to_message is beyond/,
  ],
  [
    'a passage twice',
    (file) => file.archives[0].passages.push(file.archives[0].passages[0]),
    /passages\[2\]\.id is the same/,
  ],
  [
    'a place twice',
    (file) => (file.archives[0].passages[1].position = 1),
    /passages\[1\]\.position is the same/,
  ],
  [
    'two defaults',
    (file) => file.archives.push({ ...file.archives[0], passages: [] }),
    /archives\[1\]\.is_default/,
  ],
  [
    'a circle',
    (file) => {
      const [one, two] = file.archives[0].passages
      one.superseded_by = two.id
      two.superseded_by = one.id
    },
    /passages\[0\]\.superseded_by leads back/,
  ],
  [
    'a link to nothing',
    (file) => (file.archives[0].passages[0].superseded_by = 'passage-x'),
    /superseded_by leads to a passage that the archive has not/,
  ],
  [
    'thousands of archives',
    (file) => (file.archives = Array(1_001).fill(file.archives[0])),
    /archives.*1,000/,
  ],
  ['a time that is none', (file) => (file.agent.created_at = 'now'), /agent\.created_at.*time/],
  ['a zone that is none', (file) => (file.agent.settings.timezone = 'Mars'), /agent\.settings/],
  ['no room', (file) => (file.agent.system = 'word '.repeat(90_000)), /does not fit/],
  ['an unknown rule', (file) => (file.agent.tool_rules[0].type = 'x'), /agent\.tool_rules\[0\]/],
]
