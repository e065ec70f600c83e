import { describe, expect, test } from 'vitest'
import { type BlockEdit, checkLabel, checkLimit, editedValue } from '../../src/memory/edit-block.ts'

const edited = (value: string, edit: BlockEdit, limit = 5_000) =>
  editedValue({ label: 'human', value, limit }, edit)

describe('writing', () => {
  test('what is written replaces the whole value', () => {
    expect(edited('old', { kind: 'write', value: 'new' })).toBe('new')
    expect(edited('old', { kind: 'write', value: '' })).toBe('')
  })

  test('what no database or model can take is replaced before it is stored', () => {
    expect(edited('', { kind: 'write', value: 'a\u0000b\ud83d' })).toBe('a\ufffdb\ufffd')
  })
})

describe('appending', () => {
  test('a newline stands between what was there and what is appended', () => {
    expect(edited('a', { kind: 'append', text: 'b' })).toBe('a\nb')
    expect(edited('a\n', { kind: 'append', text: 'b' })).toBe('a\n\nb')
  })

  test('what is appended to an empty block is its value', () => {
    expect(edited('', { kind: 'append', text: 'b' })).toBe('b')
  })

  test('appending nothing changes nothing', () => {
    expect(edited('a', { kind: 'append', text: '' })).toBe('a')
  })
})

describe('replacing', () => {
  const one = (oldText: string, newText: string) =>
    ({ kind: 'replace_one', oldText, newText }) as const
  const all = (oldText: string, newText: string) =>
    ({ kind: 'replace_all', oldText, newText }) as const

  test('the one occurrence is replaced', () => {
    expect(edited('I like tea.', one('tea', 'coffee'))).toBe('I like coffee.')
    expect(edited('a\nb', one('a\n', ''))).toBe('b')
  })

  test('every occurrence is replaced where all are meant', () => {
    expect(edited('tea, tea', all('tea', 'teatea'))).toBe('teatea, teatea')
  })

  test.each(['$&', '$1', '$$', "$'", '$`', '$<name>', '\\n'])('%s is put in as it is', (text) => {
    expect(edited('a b c', one('b', text))).toBe(`a ${text} c`)
    expect(edited('b b', all('b', text))).toBe(`${text} ${text}`)
  })

  test.each(['.', '.*', '[a]', '(', '\\d'])('%s in the old text is no pattern', (text) => {
    expect(edited(`x${text}y`, one(text, '-'))).toBe('x-y')
    expect(() => edited('xay', one(text, '-'))).toThrow('does not occur')
  })

  test('two occurrences of what should be one are refused with their number', () => {
    expect(() => edited('tea, tea, tea', one('tea', 'coffee'))).toThrow(/occurs 3 times.*"human"/)
  })

  test.each(['replace_one', 'replace_all'] as const)('%s refuses an empty old text', (kind) => {
    expect(() => edited('tea', { kind, oldText: '', newText: 'x' })).toThrow('old text is empty')
    expect(() => edited('', { kind, oldText: '', newText: 'x' })).toThrow('old text is empty')
  })

  test.each(['replace_one', 'replace_all'] as const)('%s refuses what does not occur', (kind) => {
    const edit = { kind, oldText: 'Tea', newText: 'x' } as const
    expect(() => edited('tea', edit)).toThrow(/does not occur in the block "human"/)
  })
})

describe('replacing what a person would take for the same', () => {
  test.each([
    ['a decomposed accent', 'Likes cafe\u0301 cre\u0300me.', 'caf\u00e9 cr\u00e8me', 'Likes NEW.'],
    ['a composed accent', 'Likes caf\u00e9.', 'cafe\u0301', 'Likes NEW.'],
    ['two marks in another order', 'x a\u0323\u0302 y', 'a\u0302\u0323', 'x NEW y'],
    ['syllables in parts', '\u1112\u1161\u11ab\u1100\u1173\u11af.', '한글', 'NEW.'],
    ['a no-break space', 'Budget 10\u00a0000\u202f€', '10 000 €', 'Budget NEW'],
    ['a plain space for a no-break one', 'Budget 10 000 €', '10\u00a0000\u202f€', 'Budget NEW'],
    ['curly quotes', 'Ada\u2019s \u201cdog\u201d.', 'Ada\'s "dog"', 'NEW.'],
    ['line ends', 'a\r\nb\rc\u2028d', 'a\nb\nc\nd', 'NEW'],
    ['line ends of Windows for plain ones', 'a\nb', 'a\r\nb', 'NEW'],
    ["an emoji's selector", 'Mood: \u2764\ufe0f today', '\u2764 today', 'Mood: NEW'],
    ['a selector that is not there', 'Mood: \u2764 today', '\u2764\ufe0f today', 'Mood: NEW'],
    ['what shows nothing', 'so\u00adme\u200bthing\ufeff', 'something', 'NEW\ufeff'],
    ['a hyphen that does not break', 'e\u2011mail', 'e-mail', 'NEW'],
  ])('finds %s', (_, value, oldText, after) => {
    for (const kind of ['replace_one', 'replace_all'] as const)
      expect(edited(value, { kind, oldText, newText: 'NEW' })).toBe(after)
  })

  test('takes what is exactly there first', () => {
    const value = "it\u2019s, it's"
    expect(edited(value, { kind: 'replace_all', oldText: "it's", newText: 'x' })).toBe(
      'it\u2019s, x',
    )
  })

  test.each(['replace_one', 'replace_all'] as const)('%s refuses two such places', (kind) => {
    const edit = { kind, oldText: "it's", newText: 'x' } as const
    expect(() => edited('it\u2019s, it\u2018s', edit)).toThrow(/occurs 2 times/)
  })

  test.each([
    ['e', 'caf\u00e9'],
    ['\u1112', '\u1112\u1161\u11ab'.normalize('NFC')],
    ['tea', 'Tea'],
    ['10.000', '10 000'],
  ])('does not find %j in %j', (oldText, value) => {
    const edit = { kind: 'replace_one', oldText, newText: 'x' } as const
    expect(() => edited(value, edit)).toThrow('does not occur')
  })

  test.each([
    [
      'Likes green tea.',
      'Likes black tea.',
      'After "Likes " the block has "g" (U+0067), and your text has "b" (U+0062).',
    ],
    [
      'Due 2026-05-08',
      'Due 2026\u201305-08',
      'After "Due 2026" the block has "-" (U+002D), and your text has "\u2013" (U+2013).',
    ],
    [
      'The end',
      'The end.',
      'After "The end" the block has nothing more, and your text has "." (U+002E).',
    ],
    [
      'Ada likes tea',
      'Ida likes tea',
      'Before "da likes tea" the block has "A" (U+0041), and your text has "I" (U+0049).',
    ],
    [
      'Mood: 😀',
      'Mood: 😁',
      'After "Mood: " the block has "😀" (U+1F600), and your text has "😁" (U+1F601).',
    ],
  ])('says how %j differs from %j', (value, oldText, sentence) => {
    const edit = { kind: 'replace_one', oldText, newText: 'x' } as const
    expect(() => edited(value, edit)).toThrow(sentence)
  })

  test('says nothing of a difference where nothing is alike', () => {
    const edit = { kind: 'replace_one', oldText: 'xyzzy', newText: 'x' } as const
    expect(() => edited('Likes tea.', edit)).toThrow(/as it is now\.$/)
  })
})

describe('in a block whose lines end as on Windows', () => {
  const value = 'one\r\ntwo\r\nthree'
  test.each<[BlockEdit, string]>([
    [{ kind: 'replace_one', oldText: 'one\ntwo', newText: 'two\none' }, 'two\r\none\r\nthree'],
    [{ kind: 'replace_one', oldText: 'two', newText: 'a\r\nb\nc' }, 'one\r\na\r\nb\r\nc\r\nthree'],
    [{ kind: 'replace_all', oldText: 'e\nt', newText: 'e\nT' }, 'one\r\nTwo\r\nthree'],
    [{ kind: 'append', text: 'four\nfive' }, 'one\r\ntwo\r\nthree\r\nfour\r\nfive'],
    [{ kind: 'insert', text: 'x', line: 1 }, 'one\r\nx\r\ntwo\r\nthree'],
    [{ kind: 'insert', text: 'x\ny', line: -1 }, 'one\r\ntwo\r\nthree\r\nx\r\ny'],
    [{ kind: 'write', value: 'a\nb' }, 'a\nb'],
  ])('they go on to do so (%#)', (edit, after) => {
    expect(edited(value, edit)).toBe(after)
  })

  test('and in one with both kinds, what is new stays as it is written', () => {
    expect(edited('a\r\nb\nc', { kind: 'replace_one', oldText: 'b', newText: 'x\ny' })).toBe(
      'a\r\nx\ny\nc',
    )
  })
})

describe('inserting', () => {
  const insert = (line: number, text = 'x') => ({ kind: 'insert', text, line }) as const

  test.each([
    [0, 'x\na\nb'],
    [1, 'a\nx\nb'],
    [2, 'a\nb\nx'],
    [-1, 'a\nb\nx'],
  ])('after line %i', (line, value) => {
    expect(edited('a\nb', insert(line))).toBe(value)
  })

  test('into an empty block at its top or end', () => {
    expect(edited('', insert(0))).toBe('x')
    expect(edited('', insert(-1))).toBe('x')
  })

  test.each([3, -2, 99])('line %i of two is refused with the lines there are', (line) => {
    expect(() => edited('a\nb', insert(line))).toThrow(/has 2 lines.*0 \(the top\) to 2/)
  })

  test('several lines at once', () => {
    expect(edited('a\nb', insert(1, 'x\ny'))).toBe('a\nx\ny\nb')
  })
})

describe('limits', () => {
  test('a limit counts characters, and an emoji is one', () => {
    expect(edited('', { kind: 'write', value: '😀'.repeat(10) }, 10)).toHaveLength(20)
    expect(() => edited('', { kind: 'write', value: '😀'.repeat(11) }, 10)).toThrow(
      /at most 10 characters.*make it 11; nothing was changed.*archival/,
    )
  })

  test('the newline of appending counts', () => {
    expect(edited('abc', { kind: 'append', text: 'd' }, 5)).toBe('abc\nd')
    expect(() => edited('abc', { kind: 'append', text: 'de' }, 5)).toThrow('make it 6')
  })

  test('an edit that shortens is allowed up to the limit only', () => {
    const edit = { kind: 'replace_all', oldText: 'aa', newText: 'a' } as const
    expect(edited('aaaa', edit, 2)).toBe('aa')
    expect(() => edited('aaaaaa', edit, 2)).toThrow('make it 3')
  })

  test('a value as long as its limit is allowed', () => {
    expect(() => checkLimit('human', 'abc', 3)).not.toThrow()
    expect(() => checkLimit('human', 'abcd', 3)).toThrow()
    expect(() => checkLimit('human', '', 0)).not.toThrow()
  })
})

test.each(['human', 'A.b-c_9', 'system/persona', 'x'.repeat(128)])('%s can be a label', (label) => {
  expect(() => checkLabel(label)).not.toThrow()
})

test.each(['', 'two words', 'x'.repeat(129), 'ümlaut', 'a\\b', 'a\n', '<b>'])(
  '%j can be no label',
  (label) => {
    expect(() => checkLabel(label)).toThrow(/can't be a block label/)
  },
)
