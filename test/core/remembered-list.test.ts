import { expect, test } from 'vitest'
import { rememberedList } from '../../src/core/remembered.ts'

function counting() {
  const made: string[] = []
  const list = rememberedList((item: { readonly name: string }, beside: string) => {
    made.push(item.name)
    return item.name + beside
  })
  return { made, list }
}

const [one, two, three, other] = ['one', 'two', 'three', 'other'].map((name) => ({ name })) as [
  { name: string },
  { name: string },
  { name: string },
  { name: string },
]

test('only what a list has more than the one before is made', () => {
  const { made, list } = counting()
  expect(list([one, two], '!')).toEqual(['one!', 'two!'])
  expect(list([one, two, three], '!')).toEqual(['one!', 'two!', 'three!'])
  expect(made).toEqual(['one', 'two', 'three'])
})

test('what follows a difference is made again, and everything beside another value', () => {
  const { made, list } = counting()
  list([one, two, three], '!')
  expect(list([one, other, three], '!')).toEqual(['one!', 'other!', 'three!'])
  expect(list([one], '?')).toEqual(['one?'])
  expect(made).toEqual(['one', 'two', 'three', 'other', 'three', 'one'])
})

test('a list that was handed out stays as it was', () => {
  const { list } = counting()
  const first = list([one, two], '!')
  list([one, two, three], '!')
  list([one], '!')
  expect(first).toEqual(['one!', 'two!'])
})
