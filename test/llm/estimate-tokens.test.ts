import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { describe, expect, it } from 'vitest'
import { estimateTokens } from '../../src/core/estimate-tokens.ts'

const PROSE = [
  "Hi! I'm planning a trip to Portugal in October with my sister. We'd like to spend about ten days there, mostly in Lisbon and Porto, and maybe rent a car. Do you remember which hotel I liked?",
  "Thanks, that's great. By the way, my birthday is on the 14th of March, and I've just started a new job as a nurse at the children's hospital. It's exhausting, but I really enjoy it.",
  'The user moved from Berlin to Hamburg because of work. They have two cats named Miso and Tofu, prefer short answers, and are allergic to peanuts.',
  'In the afternoon the old keeper walked down to the harbour, where the fishermen were mending their nets. Nobody spoke much, and the silence was heavier than any complaint could have been.',
]

const OTHERS: readonly (readonly [string, string, number])[] = [
  [
    'JSON',
    JSON.stringify({
      results: [
        {
          id: 'passage-0b6f1c5e-9d5e-4c3a-8f67-2a1f0c9a7e11',
          content: 'The user prefers tea over coffee in the morning.',
          tags: ['preference', 'drinks'],
          created_at: '2026-11-20T10:15:30.123Z',
        },
      ],
    }),
    0.1,
  ],
  [
    'code',
    'export function add(first: number, second: number): number {\n  if (first > 0) {\n    return first + second\n  }\n  return second\n}\n',
    0.15,
  ],
  [
    'German',
    'Guten Morgen! Ich heiße Katharina und wohne seit drei Jahren in München. Am Wochenende gehe ich gern in den Bergen wandern, und abends lese ich meistens Kriminalromane.',
    0.15,
  ],
  [
    'Chinese',
    '你好,我叫李明,住在上海。我喜欢喝绿茶,也喜欢在周末去公园散步。昨天我和同事讨论了新的项目计划,我们决定先完成数据库的设计,然后再开发用户界面。',
    0.15,
  ],
  [
    'Japanese',
    'こんにちは。私の名前は田中です。東京に住んでいて、毎朝コーヒーを飲みます。来月、京都へ旅行する予定なので、おすすめの場所を教えてください。',
    0.15,
  ],
  [
    'Korean',
    '안녕하세요. 제 이름은 김민수이고 서울에 살고 있습니다. 주말에는 친구들과 등산을 자주 갑니다. 어제 회의에서 새로운 프로젝트에 대해 이야기했습니다.',
    0.15,
  ],
]

function deviation(text: string): number {
  const counted = countTokens(text)
  return Math.abs(estimateTokens(text) - counted) / counted
}

describe('the estimate of tokens', () => {
  it('is within a few percent of a tokenizer for prose', () => {
    const mean = PROSE.reduce((sum, text) => sum + deviation(text), 0) / PROSE.length
    expect(mean).toBeLessThan(0.04)
  })

  it.each(OTHERS)('is near a tokenizer for %s', (_kind, text, most) => {
    expect(deviation(text)).toBeLessThan(most)
  })

  it('is zero only for empty text', () => {
    expect(estimateTokens('')).toBe(0)
    for (const text of ['a', ' ', '\n', '.', '中', '🎉']) {
      expect(estimateTokens(text)).toBeGreaterThan(0)
    }
  })

  it('grows with the text, whatever it is made of', () => {
    for (const text of ['word ', 'x', '7', '.', '\n', ' ', '中', '🎉', 'ü', 'Привет']) {
      expect(estimateTokens(text.repeat(1_000))).toBeGreaterThan(estimateTokens(text.repeat(500)))
    }
  })
})
