import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Connection } from '../support/connect.ts'
import { embedded } from './fill.ts'
import { startAccessWorld, type World } from './world.ts'

/*
 * Two servers hold the same texts under `alpha`. At one of them `beta` has many more with the same words, before those
 * of `alpha` and after them. What `alpha` finds is the same in both, in order and score, also after those that are judged
 * closely.
 */

const WORDS = ['kettle', 'garden', 'boat', 'lantern', 'orchard', 'ferry']
/** Stand in nothing that is asked, and make texts long. */
const FILLERS = ['moss', 'gravel', 'linen', 'copper', 'thistle', 'amber', 'willow']
const QUESTIONS = ['kettle', 'kettle garden', 'boat lantern orchard', 'ketle ferry garden']

let worlds: readonly World[]
let shared: Connection
let alone: Connection
let agent: { readonly shared: string; readonly alone: string }

beforeAll(async () => {
  worlds = [await startAccessWorld(), await startAccessWorld()]
  const [full, empty] = worlds as [World, World]
  const other = await full.connect(await full.token('beta'))
  await fill(other, texts(200, 13, 29, 60))
  shared = await full.connect(await full.token('alpha'))
  alone = await empty.connect(await empty.token('alpha'))
  const own = texts(200, 7, 11, 20)
  agent = { shared: await fill(shared, own), alone: await fill(alone, own) }
  await fill(other, texts(300, 5, 3, 1))
  for (const connection of [other, shared, alone]) await embedded(connection)
}, 120_000)
afterAll(() => Promise.all(worlds.map((world) => world.close())))

/** Made by rule: words of several frequencies, each as often as another, in texts of several lengths. */
function texts(count: number, one: number, two: number, longest: number): readonly string[] {
  return Array.from({ length: count }, (_, number) => {
    const asked = WORDS.filter((_, place) => (number * one) % (place + 2) === 0)
    const repeated = asked.slice(0, 1 + (number % 3))
    const filling = Array.from(
      { length: (number * two) % longest },
      (_, place) => FILLERS[(number + place) % FILLERS.length],
    )
    return [...asked, ...repeated, ...filling, `number${number}`].join(' ')
  })
}

async function fill(connection: Connection, all: readonly string[]): Promise<string> {
  const { data } = await connection.call('create_agent', { name: 'Ada' })
  for (let from = 0; from < all.length; from += 100) {
    const { isError, text } = await connection.call('insert_archival', {
      agent: data.agent.id,
      texts: all.slice(from, from + 100),
    })
    expect(isError, text).toBe(false)
  }
  return data.agent.id
}

/** All that is found, page by page. */
async function search(connection: Connection, args: object) {
  const found = []
  let cursor: string | undefined
  do {
    const { data } = await connection.call('search_archival', { ...args, limit: 40, cursor })
    for (const { text, score, found_by } of data.passages) found.push({ text, score, found_by })
    cursor = data.next_cursor
  } while (cursor !== undefined)
  return found
}

it.each(QUESTIONS)(
  '%s finds the same beside others as alone, to the end of the list',
  async (query) => {
    const here = await search(shared, { agent: agent.shared, query })
    expect(here.length).toBeGreaterThan(90)
    expect(here).toEqual(await search(alone, { agent: agent.alone, query }))
    expect(here.map(({ score }) => score)).toEqual(
      here.map(({ score }) => score).toSorted((a, b) => b - a),
    )
  },
)
