import { expect, test } from 'vitest'
import { dateFit } from '../../src/search/asked-dates.ts'
import { readQuestion } from '../../src/search/question.ts'

const stems = (text: string) => readQuestion(text).stems

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

test.each([
  ['on 3 May 2023', '2023-05-03', 1],
  ['on the 3rd of May', '2023-05-03', 0.8],
  ['in May', '2023-05-30', 0.4],
  ['in 2023', '2023-11-02', 0.2],
  ['on 2023-05-03', '2023-05-03', 1],
  ['on 2023-05-03', '2023-03-05', 0.2],
  ['in May 2022', '2023-06-03', 0],
  ['3 kettles', '2023-05-03', 0],
])('"%s" fits %s by %d', (text, day, fit) => {
  expect(dateFit(readQuestion(text).dates, `${day}T10:00:00.000Z`)).toBeCloseTo(fit)
})
