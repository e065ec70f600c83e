import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RealServer, startRealServer } from './real-server.ts'

const TEXTS = {
  chinese: '我住在北京市朝阳区，喜欢喝绿茶。',
  japanese: '昨日は東京で全文検索エンジンを作りました。',
  korean: '내일 부산에서 친구를 만나요.',
  german: 'Die Donaudampfschifffahrtsgesellschaft fährt erst im Frühling.',
  french: 'Un café crème à l’hôtel, garçon !',
  code: 'getUserName() in src/user_store.ts throws ERR_2041',
  emoji: 'Launch day 🚀🎉 was fun',
  operators: 'SELECT "a" FROM b WHERE c = \'d\' AND NOT (e OR f*); NEAR(g, 2)',
  plain: 'The kettle whistles in the kitchen.',
  long: `Prologue of the saga. ${'lorem ipsum dolor '.repeat(5_500)} The final word is zanzibar.`,
} as const
type Key = keyof typeof TEXTS

let server: RealServer
beforeAll(async () => {
  server = await startRealServer()
  await server.answer('create_agent', { name: 'Ada' })
  await server.answer('insert_archival', { agent: 'Ada', texts: Object.values(TEXTS) })
})
afterAll(() => server.close())

async function found(query: string): Promise<readonly Key[]> {
  const { passages } = await server.answer('search_archival', { agent: 'Ada', query, limit: 20 })
  const keys = Object.keys(TEXTS) as Key[]
  return passages.flatMap(({ text }: { text: string }) =>
    keys.filter((key) => TEXTS[key].startsWith(text.slice(0, 20))),
  )
}

describe('a search through the server', () => {
  it.each<readonly [query: string, first: Key]>([
    ['北京', 'chinese'],
    ['他喜欢喝什么茶？', 'chinese'],
    ['検索エンジン', 'japanese'],
    ['東京で何を作った？', 'japanese'],
    ['부산', 'korean'],
    ['누구를 만나요?', 'korean'],
    ['Dampfschiff', 'german'],
    ['Wann fährt die Gesellschaft?', 'german'],
    ['cafe creme', 'french'],
    ['Hôtel', 'french'],
    ['getUserName', 'code'],
    ['user store', 'code'],
    ['what throws ERR_2041?', 'code'],
    ['🚀', 'emoji'],
    ['which day was the launch 🎉', 'emoji'],
    ['NEAR(g, 2)', 'operators'],
    ['"a" AND NOT "select"', 'operators'],
    ['kettel', 'plain'],
    ["kettle' OR 1=1 --", 'plain'],
    ['"kettle', 'plain'],
    ['kettle*', 'plain'],
    ['text:kettle', 'plain'],
    ['zanzibar', 'long'],
    ['the final word of the saga', 'long'],
  ])('for %j finds the %s text first', async (query, first) => {
    expect((await found(query))[0]).toBe(first)
  })

  it.each(['', '  ', '\n'])('for %j, which is empty, lists everything', async (query) => {
    const all = new Set<Key>(await found(query))
    // The long one has no room beside the others, and comes on a page of its own.
    expect(all.size).toBeGreaterThanOrEqual(9)
  })

  it.each(['"', "'", '*', '()', 'AND', '^', '"" OR ""', '\u0000', '…', '-', '💩'.repeat(500)])(
    'for %j, which has no words, is no error',
    async (query) => {
      expect(await found(query)).not.toContain('plain')
    },
  )

  it('gives a passage of 100,000 characters piece by piece, and as a neighbour', async () => {
    const { passages } = await server.answer('search_archival', { agent: 'Ada', query: 'zanzibar' })
    expect(passages[0]).toMatchObject({ chars: TEXTS.long.length, next_offset: 15_000 })
    const alone = { agent: 'Ada', passage_id: passages[0].id, offset: TEXTS.long.length - 9 }
    const { passages: end } = await server.answer('search_archival', alone)
    expect(end[0].text).toBe('zanzibar.')
  })

  it('for as many words as fit a message is answered', async () => {
    const query = `kettle ${Array.from({ length: 3_000 }, (_, index) => `w${index}`).join(' ')}`
    expect(await found(query)).toEqual(['plain'])
  })
})
