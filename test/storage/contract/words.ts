import { expect, test } from 'vitest'
import { toTimestamp } from '../../../src/core/clock.ts'
import type { AgentId } from '../../../src/core/ids.ts'
import {
  chooser,
  insertAgent,
  insertArchive,
  insertPassages,
  seededRandom,
  userSays,
} from '../../support/stores.ts'
import type { Subject } from './subject.ts'

/** Every probe searches in all of these. */
const TEXTS = {
  garden: 'She was running through the gardens of Kew.',
  kettle: 'The kettle stands on the stove; Kettles whistle.',
  chinese: '我住在北京市朝阳区。',
  japanese: '全文検索エンジンを東京で作る',
  rare: '𠮷野家で食べる',
  korean: '서울특별시에 산다',
  thai: 'ฉันชอบกินข้าวผัด',
  german: 'Die Straße in Düsseldorf',
  french: 'Un café crème à l’hôtel',
  decomposed: 'Zoe\u0308 nai\u0308ve',
  code: 'Call get_user_name() in src/app.ts, not parseHTTPResponse',
  version: 'It fails with ERR_2041 since v3.14.2',
  emoji: 'All done 🎉',
  glued: 'Perfekt👍👍 bis morgen❤️',
  marked: 'Drink Ovaltine™ and Pepsi® at 20℃',
  wide: 'Ｆｕｌｌｗｉｄｔｈ ﾃｽﾄ',
  greek: 'ΟΔΟΣ ΑΘΗΝΩΝ',
  russian: 'Москва слезам не верит',
  stop: 'To be or not to be',
} as const
type Key = keyof typeof TEXTS

export function wordContract(subject: Subject): void {
  async function library(): Promise<AgentId> {
    const { id } = await insertAgent(subject.store)
    const archiveId = await insertArchive(subject.store, id)
    await insertPassages(
      subject.store,
      archiveId,
      Object.values(TEXTS).map((text) => ({ text })),
    )
    return id
  }

  async function find(agentId: AgentId, query: string): Promise<readonly string[]> {
    const { items } = await subject.store.passages.search(agentId, { query, limit: 50 })
    return items.map(({ item }) => item.text)
  }

  const probes: readonly (readonly [what: string, query: string, found: readonly Key[]])[] = [
    ['a word', 'whistle', ['kettle']],
    ['another form of an English word', 'run garden', ['garden']],
    ['words in capitals', 'KETTLE', ['kettle']],
    ['any of several words', 'whistle Kew nothingness', ['kettle', 'garden']],
    ['a question in plain language', 'where does the kettle stand?', ['kettle']],
    ['stop words if there is nothing else', 'or be', ['stop']],
    ['one Chinese character', '京', ['chinese', 'japanese']],
    ['two Chinese characters', '北京', ['chinese']],
    ['three Chinese characters', '北京市', ['chinese']],
    ['Japanese within a run', '検索', ['japanese']],
    ['katakana', 'エンジン', ['japanese']],
    ['a character outside the basic plane', '𠮷', ['rare']],
    ['Korean without its ending', '서울', ['korean']],
    ['Thai within a run', 'ข้าว', ['thai']],
    ['ß as ss', 'strasse', ['german']],
    ['ss as ß', 'STRAẞE', ['german']],
    ['an umlaut without its dots', 'dusseldorf', ['german']],
    ['accents that were left out', 'cafe creme', ['french']],
    ['accents that were added', 'kéttle', ['kettle']],
    ['accents written as marks', 'zoë naïve', ['decomposed']],
    ['accents as marks in the query', 'cafe\u0301', ['french']],
    ['an identifier with underscores', 'get_user_name', ['code']],
    ['a part of an identifier', 'user', ['code']],
    ['a path', 'src/app.ts', ['code']],
    ['an identifier in camel case', 'parseHTTPResponse', ['code']],
    ['a code with a number', 'ERR_2041', ['version']],
    ['a version', 'v3.14.2', ['version']],
    ['an emoji', '🎉', ['emoji']],
    ['an emoji that stands at a word', '👍', ['glued']],
    ['a word at which an emoji stands', 'perfekt', ['glued']],
    ['a word before a heart with its selector', 'morgen', ['glued']],
    ['a word with a trade mark', 'ovaltine', ['marked']],
    ['a word with a registered mark', 'pepsi', ['marked']],
    ['full width as ordinary letters', 'fullwidth', ['wide']],
    ['half width katakana', 'テスト', ['wide']],
    ['Greek in either case', 'οδος', ['greek']],
    ['Cyrillic in either case', 'МОСКВА', ['russian']],
    ['nothing in a word that nowhere occurs', 'xylophone', []],
    ['nothing in punctuation', '?!… "" -- ()', []],
    ['nothing in a lone combining mark', '\u0301', []],
  ]
  test('words are found in every script and spelling', async () => {
    const id = await library()
    for (const [what, query, keys] of probes) {
      const expected = keys.map((key) => TEXTS[key])
      expect([...(await find(id, query))].sort(), what).toEqual([...expected].sort())
    }
  })

  const LIKE: readonly (readonly [what: string, query: string, text: string])[] = [
    ['a part of a German compound', 'Dampfschiff', 'Die Donaudampfschifffahrt hat Verspätung'],
    ['a compound by a question', 'Wann fährt das Dampfschiff?', 'Die Donaudampfschifffahrt ruht'],
    ['a compound of which a part was asked', 'Haustürschlüssel', 'Der Schlüssel liegt unten'],
    ['letters that were swapped', 'kettel', 'The kettle is red'],
    ['ie for ei', 'recieve', 'You will receive a parcel'],
    ['a letter too few', 'adress', 'The address is on the envelope'],
    ['a letter too many', 'tomorrrow', 'It is done tomorrow'],
    ['Korean of two syllables', '부산', '내일 부산에서 만나요'],
    ['Korean within a compound', '대학', '서울대학교에 다닌다'],
    ['a Korean question', '부산에서 무엇을?', '내일 부산에서 만나요'],
    ['a French word without accents', 'ecole', 'L’école est fermée'],
    ['a part of a name in snake case', 'max_retries', 'Set max_retries to 5'],
    ['a word within camel case', 'retry', 'see retryPolicy.ts'],
    ['an emoji with a skin tone', '👍', 'Sehr gut 👍🏽'],
    ['a flag', '🇦🇹', 'Urlaub in 🇦🇹'],
  ]
  test.each(LIKE)('%s leads to what was meant', async (_, query, text) => {
    const id = await library()
    const [archiveId] = (await subject.store.archives.list({ agentId: id, limit: 1 })).items
    if (!archiveId) throw new Error('no archive')
    await insertPassages(subject.store, archiveId.id, [{ text }])
    expect(await find(id, query)).toContain(text)
  })

  test('the passage that has more of the words comes first', async () => {
    const id = await library()
    const [first] = await find(id, 'kettle whistle stove gardens')
    expect(first).toBe(TEXTS.kettle)
  })

  test('operators and quotes of a query language are words like others', async () => {
    const id = await library()
    for (const query of [
      'kettle AND xylophone',
      'kettle NOT whistle',
      'NEAR(kettle xylophone, 1)',
      'text : kettle',
      'scope:kettle',
      '"kettle xylophone"',
      'kettle"',
      "kettle' OR '1'='1",
      '^kettle',
      '-kettle',
      '{kettle}',
      'kettle*',
      '(kettle',
      'kettle\u0000 x',
      '% kettle _',
      'kettle; DROP TABLE passage',
    ]) {
      expect(await find(id, query), query).toContain(TEXTS.kettle)
    }
    expect(await find(id, 'ket*')).toEqual([])
    expect(await find(id, id)).toEqual([])
  })

  test('no query, however strange, fails or matches at random', async () => {
    const { below, text, oneOf } = chooser(seededRandom(7))
    const pieces =
      '" \' * ( ) : ^ - + { } [ ] \\ / , ; . ~ | & AND OR NOT NEAR NEAR( scope text rowid'.split(
        ' ',
      )
    const words = [
      'kettle',
      '北',
      '京',
      '😀',
      '\u0301',
      '\u200d',
      '\ufe0f',
      '\u0000',
      'ß',
      ' ',
      '\n',
    ]
    const id = await library()
    for (let round = 0; round < 300; round += 1) {
      const anywhere = String.fromCodePoint(
        oneOf([below(0xd800), 0xe000 + below(0x2000), 0x10000 + below(0x20000)]),
      )
      const query = text([...pieces, ...words, anywhere, ' '], 12)
      const found = await find(id, query)
      if (/kettle/.test(query) && !/[\p{L}\p{N}]kettle|kettle[\p{L}\p{M}\p{N}]/u.test(query)) {
        expect(found, JSON.stringify(query)).toContain(TEXTS.kettle)
      }
    }
  })

  test('a query of many thousand words is answered', async () => {
    const id = await library()
    const query = `kettle ${Array.from({ length: 5_000 }, (_, index) => `word${index}`).join(' ')}`
    expect(await find(id, query)).toEqual([TEXTS.kettle])
  })

  test('words of messages are found like words of passages', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    await store.transaction((tx) =>
      tx.messages.append(
        id,
        Object.values(TEXTS).map((text) => userSays(text)),
      ),
    )
    for (const [what, query, keys] of probes) {
      const { items } = await store.messages.search(id, { query, limit: 50 })
      const texts = items.map(({ item }) => (item.role === 'user' ? item.text : ''))
      expect(texts.sort(), what).toEqual(keys.map((key) => TEXTS[key]).sort())
    }
  })

  test('a question about a day finds its entries, with or without a word of theirs', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const archiveId = await insertArchive(store, id)
    const day = (date: string, text: string) => ({ text, createdAt: toTimestamp(Date.parse(date)) })
    await insertPassages(store, archiveId, [
      day('2024-01-22T23:59:59Z', 'The hail came.'),
      day('2024-01-23T00:00:00Z', 'A parcel from Oslo.'),
      day('2024-01-23T23:59:59Z', 'The cat slept.'),
      day('2025-06-01T09:00:00Z', 'The roof was mended.'),
    ])
    const textsOf = async (query: string) => {
      const { items } = await store.passages.search(id, {
        query,
        limit: 10,
        now: toTimestamp(Date.parse('2025-06-03')),
      })
      return items.map(({ item }) => item.text)
    }
    expect(await textsOf('2024-01-23')).toEqual(['The cat slept.', 'A parcel from Oslo.'])
    expect((await textsOf('What did the cat do on January 23rd, 2024?'))[0]).toBe('The cat slept.')
    expect(await textsOf('What happened two days ago?')).toEqual(['The roof was mended.'])
    expect(await textsOf('What happened in 1999?')).toEqual([])
  })

  test('an irregular form is found by the others of its word', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const archiveId = await insertArchive(store, id)
    await insertPassages(store, archiveId, [
      { text: 'Caroline bought a guitar.' },
      { text: 'The children sang.' },
    ])
    expect(await find(id, 'What did Caroline buy?')).toEqual(['Caroline bought a guitar.'])
    expect(await find(id, 'a child that sings')).toEqual(['The children sang.'])
  })
}
