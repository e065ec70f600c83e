import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CONVERSATIONS } from './kinds/conversations.ts'
import type { Talk } from './kinds/talk.ts'
import { type LoadWorld, startLoadWorld } from './world.ts'

/* Conversations of each kind in the shapes that people have, each kind loaded as a folder into an agent of its own. */

interface Message {
  readonly role: string
  readonly text: string
  readonly created_at: string
}

let world: LoadWorld
const reports = new Map<string, string>()
const messages = new Map<string, readonly Message[]>()
const KINDS = Object.entries(CONVERSATIONS)

beforeAll(async () => {
  world = await startLoadWorld()
  for (const [kind, talks] of KINDS) {
    await world.server.answer('create_agent', { name: kind })
    for (const [name, content] of talks) await world.put(`${kind}/${name}`, content)
    const path = `${world.folder}/${kind}`
    const { report } = await world.load({ agent: kind, path, into: 'conversation' })
    reports.set(kind, report)
    const search = { agent: kind, limit: 100 }
    messages.set(kind, (await world.server.answer('search_conversation', search)).messages)
  }
}, 120_000)
afterAll(() => world.close())

describe.each(KINDS)('%s', (kind, talks) => {
  it('has ten shapes', () => expect(talks.length).toBeGreaterThanOrEqual(10))

  it.each(talks.map((talk) => [talk[0], talk] as const))('%s', (name, [, , expected]: Talk) => {
    const left = reports
      .get(kind)
      ?.split('\n')
      .find((line) => line.startsWith(`- ${kind}/${name}: `))
    if (expected instanceof RegExp) return expect(left).toMatch(expected)
    expect(left).toBeUndefined()
    for (const [role, text, at] of expected) {
      const found = messages.get(kind)?.filter((message) => message.text === text)
      expect(found, text).toMatchObject([{ role, ...(at !== undefined && { created_at: at }) }])
    }
  })

  it('has nothing else', () => {
    const expected = talks.flatMap(([, , said]) =>
      said instanceof RegExp ? [] : said.map(([, text]) => text),
    )
    // A file that ends early has told what it has, up to there.
    const early = ['Before the cut.']
    const texts = messages.get(kind)?.map(({ text }) => text) ?? []
    expect(texts.filter((text) => !early.includes(text)).sort()).toEqual([...expected].sort())
  })
})
