import { afterEach, beforeEach, expect, it } from 'vitest'
import { countStatements } from '../support/count-statements.ts'
import { TEST_SERVER } from '../support/own-database.ts'
import { callOn, speak, startWorld, type World } from './support.ts'

/*
 * Cost of a message for the database. The bounds are above what is counted today, so that one more question here and
 * there is no failure, and a transaction more is.
 */

const count = countStatements()
let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

const TIMES = 5
/** Notices to other processes, locks, and a look for other runs to take. */
const MORE = TEST_SERVER === undefined ? 0 : 8

/** The least that a message costs: now and then a server looks after the queue as well, or for other processes. */
async function costOf(agent: string) {
  await world.talk(agent, 'Warm up.')
  const costs: { statements: number; transactions: number }[] = []
  for (let time = 0; time < TIMES; time += 1) {
    count.reset()
    await world.talk(agent, 'What does it cost?')
    costs.push({ statements: count.statements, transactions: count.transactions })
  }
  return {
    statements: Math.min(...costs.map(({ statements }) => statements)),
    transactions: Math.min(...costs.map(({ transactions }) => transactions)),
  }
}

it('a message of two steps with an edit is committed four times: accepted, opened, gone on with, ended', async () => {
  world.provider.respondWith(({ messages }) =>
    messages.at(-1).role === 'tool'
      ? speak('Noted.')
      : callOn('core_memory_append', { label: 'human', content: 'Likes tea.' }),
  )
  const { statements, transactions } = await costOf(await world.createAgent())
  expect(transactions).toBeLessThanOrEqual(4)
  expect(statements).toBeLessThanOrEqual(40 + MORE)
})

it('a message of two steps with a passage looks for similar ones in one more transaction, which only reads', async () => {
  world.provider.respondWith(({ messages }) =>
    messages.at(-1).role === 'tool'
      ? speak('Noted.')
      : callOn('archival_memory_insert', { content: `Fact ${messages.length}.` }),
  )
  const { statements, transactions } = await costOf(await world.createAgent())
  expect(transactions).toBeLessThanOrEqual(5)
  expect(statements).toBeLessThanOrEqual(42 + MORE)
})

it('a message that is answered at once is committed three times', async () => {
  world.provider.respondWith(() => speak('Hello.'))
  const { statements, transactions } = await costOf(await world.createAgent())
  expect(transactions).toBeLessThanOrEqual(3)
  expect(statements).toBeLessThanOrEqual(25 + MORE)
})

it('a search shares the transaction of what follows it', async () => {
  world.provider.respondWith(({ messages }) =>
    messages.at(-1).role === 'tool'
      ? speak('Nothing.')
      : callOn('archival_memory_search', { query: 'tea' }),
  )
  const { transactions } = await costOf(await world.createAgent())
  expect(transactions).toBeLessThanOrEqual(6)
})

it('does not grow with the history', async () => {
  world.provider.respondWith(() => speak('Hello.'))
  const agent = await world.createAgent()
  const first = await costOf(agent)
  for (let message = 0; message < 20; message += 1) await world.talk(agent, `Message ${message}`)
  expect((await costOf(agent)).statements).toBeLessThanOrEqual(first.statements + 5 + MORE)
})
