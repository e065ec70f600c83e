import { expect, test } from 'vitest'
import { fuseByRank } from '../../src/search/fuse.ts'

const entries = (...rows: readonly number[]) =>
  rows.map((row, index) => ({ row, score: 10 - index }))

test('a list that is alone keeps its order and scores', () => {
  expect(fuseByRank([{ retriever: 'keyword', weight: 1, entries: entries(3, 1) }])).toEqual([
    { row: 3, score: 10, foundBy: 'keyword', places: { keywordRank: 1 } },
    { row: 1, score: 9, foundBy: 'keyword', places: { keywordRank: 2 } },
  ])
  expect(fuseByRank([])).toEqual([])
})

test('an entry in both lists ranks above an entry at the same place in one', () => {
  const fused = fuseByRank([
    { retriever: 'keyword', weight: 1, entries: entries(1, 2) },
    { retriever: 'vector', weight: 1, entries: entries(3, 2) },
  ])
  expect(fused.map(({ row, foundBy }) => [row, foundBy])).toEqual([
    [2, 'both'],
    [3, 'vector'],
    [1, 'keyword'],
  ])
  expect(fused[0]?.score).toBeCloseTo(2 / 62)
})

test('the heavier list wins', () => {
  const fused = fuseByRank([
    { retriever: 'keyword', weight: 1, entries: entries(1, 2, 3) },
    { retriever: 'vector', weight: 0.1, entries: entries(3, 4) },
  ])
  expect(fused.map(({ row }) => row)).toEqual([3, 1, 2, 4])
})
