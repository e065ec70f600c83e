import { afterAll, beforeAll, expect, it } from 'vitest'
import { answerAll } from '../../bench/answers/answer-all.ts'
import { openChat } from '../../bench/answers/chat.ts'
import { describeAnswers, describeSpent } from '../../bench/answers/report.ts'
import { sample } from '../../bench/answers/sample.ts'
import { type RealServer, startRealServer } from '../mcp/real-server.ts'
import { say } from '../support/scripted-provider.ts'

let server: RealServer
beforeAll(async () => {
  server = await startRealServer()
  await server.answer('create_agent', { name: 'Ada' })
  await server.answer('insert_archival', { agent: 'Ada', text: 'Ann keeps {goats} in Graz.' })
})
afterAll(() => server.close())

/** Reads its memory where it has one, and grades by comparing. */
function scripted(prompt: string): string {
  if (!prompt.startsWith('You grade'))
    return prompt.includes('Ann keeps {goats}') ? 'goats' : "I don't know"
  const [, expected, answer] = /Expected answer: (.*)\nAnswer: (.*)/.exec(prompt) ?? []
  return expected === answer ? 'CORRECT' : 'WRONG: that is incorrect'
}

it('questions are answered with and without memory, graded, and what was spent is counted', async () => {
  server.provider.respondWith(({ messages }) => say(scripted(String(messages[0]?.content))))
  const chat = openChat({ baseUrl: server.provider.baseUrl, key: 'sk-test', seed: 7 })
  const question = (text: string, answer: string) => ({
    ...{ text, answer, category: 'animals' },
    recall: async () => {
      const asked = { agent: 'Ada', query: text }
      return JSON.stringify(await server.answer('search_archival', asked))
    },
  })
  const answered = await answerAll(
    [question('What does Ann keep?', 'goats'), question('Where does Ann keep them?', 'Graz')],
    chat,
    { model: 'scripted', grader: 'grader' },
  )
  const correct = answered.map(({ withMemory, withoutMemory }) => [
    withMemory.isCorrect,
    withoutMemory.isCorrect,
  ])
  expect(correct).toEqual([
    [true, false],
    [false, false],
  ])
  expect(describeAnswers(answered)).toMatch(/animals +2 +50\.0 +0\.0/)
  const { body } = server.provider.requests.at(-1) ?? {}
  expect(body).toMatchObject({ model: 'grader', seed: 7 })
  expect(chat.spent.get('scripted')?.calls).toBe(4)
  expect(chat.spent.get('grader')?.calls).toBe(4)
  const input = chat.spent.get('scripted')?.input ?? 0
  expect(input).toBeGreaterThan(0)
  expect(describeSpent(chat.spent, undefined)).toContain('not known')
  expect(describeSpent(chat.spent, { input: 1_000_000, output: 0 })).toContain(`$${input}.0000`)
})

it('the seed alone decides which questions are drawn', () => {
  const items = Array.from({ length: 50 }, (_, index) => index)
  expect(sample(items, 5, 1)).toEqual(sample(items, 5, 1))
  expect(sample(items, 5, 1)).not.toEqual(sample(items, 5, 2))
  expect(new Set(sample(items, 50, 3)).size).toBe(50)
})
