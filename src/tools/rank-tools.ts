import { isRecord } from '../core/is-record.ts'
import type { StoredTool } from '../core/stored-tool.ts'
import { rankByWords } from '../search/rank.ts'
import { indexWords, questionWords, stem } from '../search/words.ts'

/** A word of the name says more of a tool than one of its description. Chosen by hand. */
const NAME_WEIGHT = 3

/** The tools that fit the words of a question, best first, by the ranking of memory searches. Pure. */
export function rankTools(query: string, tools: readonly StoredTool[]): readonly StoredTool[] {
  const texts = tools.map(textOf)
  const words = texts.map((text) => new Set(indexWords(text)))
  const terms = questionWords(query).map((word) => {
    const asked = stem(word)
    return {
      spellings: [{ stem: asked, weight: 1 }],
      frequency: words.filter((known) => known.has(asked)).length,
    }
  })
  const candidates = texts.map((text, row) => ({
    row,
    text,
    before: [],
    after: [],
    group: null,
    at: '1970-01-01T00:00:00.000Z',
    weight: 1,
  }))
  return rankByWords(terms, [], candidates, tools.length).flatMap(({ row }) => tools[row] ?? [])
}

function textOf({ name, description, parameters, tags }: StoredTool): string {
  const { properties } = parameters
  const names = isRecord(properties) ? Object.keys(properties) : []
  return [...Array<string>(NAME_WEIGHT).fill(name), description, ...names, ...tags].join('\n')
}
