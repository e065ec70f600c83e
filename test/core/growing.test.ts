import { expect, test } from 'vitest'
import { growing } from '../../src/core/growing.ts'

interface Item {
  readonly name: string
}

/** Joins the names, each once; counts what is taken in. */
function counting(most = Number.POSITIVE_INFINITY) {
  const added: string[] = []
  const join = growing((mark: string) => {
    const seen = new Map<string, number>()
    const names: string[] = []
    return {
      add({ name }: Item, changes) {
        if (name === 'broken') throw new Error('broken')
        added.push(name)
        const index = seen.get(name)
        if (index !== undefined) changes.put(names, index, `${names[index]}${mark}`)
        else {
          changes.set(seen, name, names.length)
          changes.push(names, name)
        }
      },
      made: () => [...names],
      mayStay: () => names.length <= most,
    }
  })
  return { added, join }
}

function items(names: string): readonly Item[] {
  return names.split('').map((name) => ({ name }))
}

test('only the items that a list has more than the one before are taken in', () => {
  const { added, join } = counting()
  const list = items('abcab')
  expect(join(list.slice(0, 3), '!')).toEqual(['a', 'b', 'c'])
  expect(join(list, '!')).toEqual(['a!', 'b!', 'c'])
  expect(added.join('')).toBe('abcab')
})

test('what is gone from the end is taken back', () => {
  const { added, join } = counting()
  const list = items('abab')
  const [last, other] = items('xa') as [Item, Item]
  join([...list, last], '!')
  expect(join([...list, other], '!')).toEqual(['a!!', 'b!'])
  expect(join(list.slice(0, 3), '!')).toEqual(['a!', 'b'])
  expect(join(list, '!')).toEqual(['a!', 'b!'])
  expect(added.join('')).toBe('ababxab')
})

test('a list that differs further up is begun anew', () => {
  const { added, join } = counting()
  const list = items('abcdefghijklmnop')
  join(list, '!')
  const shorter = list.filter(({ name }) => name !== 'b')
  expect(join(shorter, '!')).toEqual(shorter.map(({ name }) => name))
  expect(added.length).toBe(list.length + shorter.length)
})

test('so is one beside another value', () => {
  const { join } = counting()
  const list = items('aa')
  expect(join(list, '!')).toEqual(['a!'])
  expect(join(list, '?')).toEqual(['a?'])
})

test('nothing half done stays if an item cannot be taken in', () => {
  const { added, join } = counting()
  const list = items('ab')
  const [c] = items('c') as [Item]
  join(list, '!')
  expect(() => join([...list, c, { name: 'broken' }], '!')).toThrow('broken')
  expect(join([...list, c], '!')).toEqual(['a', 'b', 'c'])
  expect(added.join('')).toBe('abcabc')
})

test('what has become too large is not kept', () => {
  const { added, join } = counting(2)
  const list = items('abc')
  join(list, '!')
  expect(join(list, '!')).toEqual(['a', 'b', 'c'])
  expect(added.join('')).toBe('abcabc')
})

test('no items are nothing, and none are kept for them', () => {
  const { join } = counting()
  expect(join([], '!')).toEqual([])
})
