import { expect, test } from 'vitest'
import { readQuestion } from '../../src/search/question.ts'

const stems = (text: string) => readQuestion(text, '2026-03-31T12:00:00.000Z', 'UTC').stems

test('stop words are left out unless there is nothing else', () => {
  expect(stems('What did you do in the garden?')).toEqual(['garden'])
  expect(stems('To be or not to be')).toEqual(['to', 'be', 'or', 'not'])
  expect(stems('?!')).toEqual([])
})

test('a word is looked for once, whatever its form', () => {
  expect(stems('kettle Kettles kettle')).toEqual(['kettl'])
})

test('a question of thousands of words is cut', () => {
  expect(stems(Array.from({ length: 5_000 }, (_, index) => `w${index}`).join(' '))).toHaveLength(64)
})
