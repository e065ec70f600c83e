import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkCircle } from '../../src/agent/tools/begin-run.ts'
import type { Agent } from '../../src/core/agent.ts'
import { defaultConversation } from '../../src/core/conversation.ts'
import { UserError } from '../../src/core/errors.ts'
import { newId, type RunId } from '../../src/core/ids.ts'
import type { Run } from '../../src/core/run.ts'
import type { Store } from '../../src/storage/port/store.ts'
import type { TestStorage } from '../support/own-database.ts'
import { at, chooser, insertAgent, openTestStorage, seededRandom } from '../support/stores.ts'

/*
 * Random play: agents are messaged, wait for one another and finish. The query that refuses circles is compared with a
 * search of all chains by hand.
 */

const AGENTS = 6
const WAITS = 1_000

let opened: TestStorage
beforeAll(async () => {
  opened = await openTestStorage()
})
afterAll(() => opened.close())

/** The unfinished runs by hand, in the order of acceptance, with what each waits for. */
interface Open {
  readonly id: RunId
  readonly agent: Agent
  waitsFor?: RunId
}

/** Whether `from` can't go on before `to`: it waits for it, or stands behind it, or behind one that waits for it … */
function reaches(open: readonly Open[], from: RunId, to: RunId, seen = new Set<RunId>()): boolean {
  if (from === to) return true
  const place = open.findIndex(({ id }) => id === from)
  const run = open[place]
  if (!run || seen.has(from)) return false
  seen.add(from)
  const before = open.slice(0, place).filter(({ agent }) => agent.id === run.agent.id)
  const ahead = [...before.map(({ id }) => id), ...(run.waitsFor ? [run.waitsFor] : [])]
  return ahead.some((id) => reaches(open, id, to, seen))
}

async function accept(store: Store, agent: Agent, parent?: RunId): Promise<RunId> {
  const id = newId('run')
  const run = { id, agentId: agent.id, input: 'x', idempotencyKey: null, maxSteps: 1 }
  await store.transaction(async (tx) => {
    await tx.runs.insert({ ...run, acceptedBy: 'me', createdAt: at() })
    if (parent) {
      const wait = { runId: parent, callId: newId('call'), targetId: id, until: at(9) }
      await tx.runs.wait(wait)
    }
  })
  return id
}

async function wouldCircle(store: Store, waiter: RunId, target: Agent): Promise<boolean> {
  return store.transaction(async (tx) => {
    const run = (await tx.runs.get(waiter)) as Run
    try {
      await checkCircle(tx, run, { conversation: defaultConversation(target.id) })
      return false
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      expect(error.message).toContain('circle')
      return true
    }
  })
}

test('of a thousand random waits none closes a circle, and none is refused without one', async () => {
  const { store } = { store: opened.storage.in('default') }
  const { below, oneOf } = chooser(seededRandom(11))
  const agents: Agent[] = []
  for (let count = 0; count < AGENTS; count += 1)
    agents.push(await insertAgent(store, { name: `Agent ${count}` }))
  let open: Open[] = []
  let [waited, refused] = [0, 0]
  const hasTurn = (run: Open) => open.find(({ agent }) => agent.id === run.agent.id) === run
  while (waited + refused < WAITS) {
    const free = open.filter((run) => run.waitsFor === undefined && hasTurn(run))
    // Without circles somebody can always go on.
    if (open.length > 0) expect(free.length).toBeGreaterThan(0)
    if (free.length === 0 || below(8) === 0) {
      const agent = oneOf(agents)
      open.push({ id: await accept(store, agent), agent })
      continue
    }
    const run = oneOf(free)
    if (below(5) > 0) {
      const target = oneOf(agents)
      const last = open.findLast(({ agent }) => agent.id === target.id)
      const expected = last !== undefined && reaches(open, last.id, run.id)
      expect(await wouldCircle(store, run.id, target)).toBe(expected)
      if (expected) refused += 1
      else {
        waited += 1
        const id = await accept(store, target, run.id)
        run.waitsFor = id
        open.push({ id, agent: target })
      }
    }
    if (below(4) > 0) continue
    const done = oneOf(free)
    if (done.waitsFor !== undefined) continue
    await store.transaction(async (tx) => {
      const ended = { status: 'completed', stopReason: 'end_turn', error: null } as const
      await tx.runs.finish(done.id, { ...ended, at: at() })
      for (const wait of await tx.runs.waitersOf(done.id)) await tx.runs.settleWait(wait, 'ended')
    })
    open = open.filter(({ id }) => id !== done.id)
    for (const waiter of open) if (waiter.waitsFor === done.id) delete waiter.waitsFor
  }
  expect(waited).toBeGreaterThan(100)
  expect(refused).toBeGreaterThan(100)
}, 120_000)
