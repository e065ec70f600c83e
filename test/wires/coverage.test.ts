import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { WITHOUT_MEANING } from '../faults/meaning.ts'

/* No suite of faults is forgotten on a wire. */

/** Suites about something else than the wire of a chat model. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'embedding.test.ts': 'embeddings have an API of their own',
}

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
const list = (path: string) => readdirSync(new URL(path, import.meta.url))
const suitesIn = (text: string) =>
  [...text.matchAll(/'\.\.\/faults\/([\w-]+\.test\.ts)'/g)].map(([, name]) => name)

describe.each(['messages', 'responses'])('over %s', (wire) => {
  it('every suite of faults runs, once', () => {
    const texts = list('.')
      .filter((name) => name.startsWith(`${wire}-`))
      .map((name) => read(name))
    const suites = list('../faults/').filter(
      (name) => name.endsWith('.test.ts') && !(name in ELSEWHERE),
    )
    expect(texts.flatMap(suitesIn).sort()).toEqual(suites.sort())
  })
})

it('every test that is left out on a wire exists', () => {
  const texts = list('../faults/').filter((name) => name !== 'meaning.ts')
  const all = texts.map((name) => read(`../faults/${name}`)).join('\n')
  for (const test of Object.keys(WITHOUT_MEANING)) expect(all).toContain(test)
})
