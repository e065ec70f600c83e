import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DOCUMENTS } from './kinds/documents.ts'
import type { Shape } from './kinds/shape.ts'
import { STORES } from './kinds/stores.ts'
import { type LoadWorld, startLoadWorld } from './world.ts'

/* Files of each kind in the shapes that people have: all are loaded as folders, then each is looked for. */

let world: LoadWorld
/** Reports by kind; texts of passages by source. */
const reports = new Map<string, string>()
const texts = new Map<string, readonly string[]>()
const KINDS = Object.entries({ ...DOCUMENTS, ...STORES })

beforeAll(async () => {
  world = await startLoadWorld()
  for (const [kind, shapes] of KINDS) {
    for (const [name, content] of shapes) await world.put(`${kind}/${name}`, content)
    const { report } = await world.load({ path: `${world.folder}/${kind}` })
    reports.set(kind, report)
  }
  for (const { source, text } of await world.passages())
    texts.set(source, [...(texts.get(source) ?? []), text])
}, 120_000)
afterAll(() => world.close())

/** A file in a zip has a source of its own. */
function textOf(file: string): string {
  return [...texts]
    .filter(([source]) => source === file || source.startsWith(`${file}/`))
    .flatMap(([, parts]) => parts)
    .join('\n\n')
}

describe.each(KINDS)('%s', (kind, shapes) => {
  it('has ten shapes', () => expect(shapes.length).toBeGreaterThanOrEqual(10))

  it.each(shapes.map((shape) => [shape[0], shape] as const))(
    '%s',
    (name, [, , expected]: Shape) => {
      const left = reports
        .get(kind)
        ?.split('\n')
        .find((line) => line.startsWith(`- ${kind}/${name}: `))
      const text = textOf(`${kind}/${name}`)
      if (expected instanceof RegExp) {
        expect(left).toMatch(expected)
        expect(text).toBe('')
        return
      }
      expect(left).toBeUndefined()
      let from = 0
      for (const wanted of expected) {
        const found = text.slice(from).search(wanted)
        expect(found, `${wanted} in ${JSON.stringify(text.slice(from))}`).toBeGreaterThanOrEqual(0)
        from += found
      }
    },
  )
})
