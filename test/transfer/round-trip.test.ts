import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Agent } from '../../src/core/agent.ts'
import type { BlockVersion } from '../../src/core/block.ts'
import { defaultConversation } from '../../src/core/conversation.ts'
import { type AgentId, newId } from '../../src/core/ids.ts'
import type { MessageBody } from '../../src/core/message.ts'
import { cleanText } from '../../src/core/text.ts'
import type { PlacedPassage, Store } from '../../src/storage/port/store.ts'
import { text } from '../properties/arbitraries.ts'
import type { TestStorage } from '../support/own-database.ts'
import {
  at,
  openTestStorage,
  seededRandom,
  someAgent,
  someArchive,
  someMessage,
} from '../support/stores.ts'
import { transferOf, withoutIds } from './support.ts'

let here: TestStorage
let there: TestStorage
beforeAll(async () => {
  here = await openTestStorage()
  there = await openTestStorage()
})
afterAll(async () => {
  await here.close()
  await there.close()
})

const clean = text.map(cleanText)
const time = fc.integer({ min: 0, max: 1_000_000 }).map((seconds) => at(seconds))

const agents: fc.Arbitrary<Partial<Agent>> = fc.record({
  name: clean.filter((name) => name.trim() !== ''),
  description: clean,
  agentType: fc.constantFrom('memgpt_agent', 'letta_v1_agent'),
  model: fc.constantFrom(null, 'openai/gpt-4.1', 'offline/rehearsal'),
  system: fc.option(clean, { nil: null }),
  tags: fc.uniqueArray(clean),
  tools: fc
    .uniqueArray(fc.constantFrom('memory_insert', 'conversation_search'))
    .map((tools) => ['send_message', ...tools]),
  toolRules: fc.constantFrom([], [
    { type: 'requires_approval', toolName: 'send_message' },
  ] as const),
  createdAt: time,
})

const blocks = fc.uniqueArray(
  fc.record({
    label: fc.constantFrom('human', 'persona', 'a.b', 'notes_1'),
    versions: fc.array(
      fc.record({
        value: clean,
        description: clean,
        readOnly: fc.boolean(),
        reason: fc.option(clean, { nil: null }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    by: fc.array(fc.constantFrom('agent', 'client', 'import'), { minLength: 4, maxLength: 4 }),
  }),
  { selector: ({ label }) => label, maxLength: 4 },
)

/** A placeholder id, replaced by a real one when the message is made. */
const someCall = newId('call')
const bodies: fc.Arbitrary<MessageBody> = fc.oneof(
  fc.record({ role: fc.constantFrom('user', 'system'), text: clean }),
  fc.record({
    role: fc.constant('assistant'),
    text: clean,
    reasoning: clean,
    toolCalls: fc.constantFrom([], [{ id: someCall, name: 'send_message', arguments: '{"a' }]),
    said: fc.array(clean),
    extras: fc.constantFrom(undefined, {
      model: 'google/some-model',
      wire: 'chat',
      message: { reasoning_details: [{ type: 'reasoning.text', text: 'Ü', index: 0 }] },
      calls: [{ extra_content: { google: { thought_signature: 'c2ln' } } }],
    }),
  }),
  fc.record({
    role: fc.constant('tool'),
    callId: fc.constant(someCall),
    toolName: clean,
    status: fc.constantFrom('success', 'error'),
    text: clean,
  }),
)

const passages = fc.uniqueArray(
  fc.record({
    text: clean.filter((value) => value.trim() !== ''),
    tags: fc.uniqueArray(fc.constantFrom('a', 'b', 'ü')),
    source: fc.constantFrom('', 'book', 'ship'),
    createdAt: time,
    foundCount: fc.integer({ min: 0, max: 3 }),
    isSuperseded: fc.boolean(),
  }),
  { selector: ({ text: words, source }) => JSON.stringify([words, source]), maxLength: 8 },
)

const histories = fc.record({
  agent: agents,
  blocks,
  messages: fc.array(fc.tuple(bodies, time), { maxLength: 6 }),
  archives: fc.array(passages, { maxLength: 2 }),
  summary: fc.option(clean, { nil: null }),
  isTold: fc.boolean(),
})
type History = typeof histories extends fc.Arbitrary<infer Value> ? Value : never

/** Every call has an id of its own, and a result that of the call before it, if there is one. */
function callIds() {
  let last = newId('call')
  return (body: MessageBody): MessageBody => {
    if (body.role === 'tool') {
      const callId = last
      last = newId('call')
      return { ...body, callId }
    }
    if (body.role !== 'assistant') return body
    const toolCalls = body.toolCalls.map((call) => {
      last = newId('call')
      return { ...call, id: last }
    })
    return { ...body, toolCalls }
  }
}

/** An agent with all that. */
async function live(store: Store, history: History): Promise<AgentId> {
  const agent = someAgent(history.agent)
  const { id } = agent
  const withCalls = callIds()
  await store.transaction(async (tx) => {
    await tx.agents.insert(agent)
    for (const [index, { label, versions, by }] of history.blocks.entries()) {
      const [first, ...rest] = versions.map((version, at_): BlockVersion => {
        const kind = by[at_] ?? 'client'
        const author =
          kind === 'agent'
            ? { kind, agentId: id, runId: newId('run'), callId: newId('call') }
            : { kind }
        return { ...version, version: at_ + 1, limit: 5_000, at: at(at_), author }
      })
      if (!first) continue
      const block = await tx.blocks.insertHistory({ id: newId('block'), label }, [first, ...rest])
      await tx.blocks.attach(id, block, at(index))
    }
    const messages = history.messages.map(([body, createdAt]) =>
      someMessage({ body: withCalls(body), createdAt }),
    )
    await tx.messages.append(id, messages)
    const last = messages.length
    if (history.summary !== null && last > 0) {
      const summary = {
        id: newId('summary'),
        text: history.summary,
        until: at(),
        method: 'model',
      } as const
      await tx.conversations.setContext(
        defaultConversation(id),
        { summary: { ...summary, fromSeq: 1, toSeq: last } },
        at(),
      )
    }
    const context = { from: last + 1, summariesFrom: 1, pressureTold: history.isTold }
    await tx.conversations.setContext(defaultConversation(id), context, at())
    for (const [index, entries] of history.archives.entries()) {
      const archive = someArchive({ name: `Archive ${index}`, createdAt: at(index) })
      await tx.archives.create(archive)
      await tx.archives.attach(id, archive.id, index === 1, at())
      const ids = entries.map(() => newId('passage'))
      await tx.passages.insertHistory(
        entries.map(
          ({ isSuperseded, ...entry }, number): PlacedPassage => ({
            ...entry,
            id: ids[number] ?? newId('passage'),
            archiveId: archive.id,
            tags: entry.tags.toSorted(),
            position: entry.source === '' ? 0 : 2 * number + 1,
            supersededBy: isSuperseded ? (ids[number + 1] ?? null) : null,
            expiresAt: null,
            lastFoundAt: entry.foundCount > 0 ? at(9) : null,
          }),
        ),
        at(),
      )
    }
  })
  return id
}

it('an agent that was exported, imported and exported again is the same but for ids', async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      const source = transferOf(here.storage)
      const target = transferOf(there.storage)
      const first = await source.export(await live(here.storage.in('default'), history))
      const { agentId, warnings } = await target.import(first.text)
      const second = await target.export(agentId)
      const [before, after] = [withoutIds(first.text), withoutIds(second.text)]
      const named = { ...(before as { agent: object }) }
      const name = (after as { agent: { name: string } }).agent.name
      expect(after).toEqual({ ...named, agent: { ...named.agent, name } })
      expect(warnings.every((warning) => /model|named/.test(warning))).toBe(true)
      await there.storage.in('default').transaction((tx) => tx.agents.delete(agentId, at()))
    }),
    { seed: 20_261_120, numRuns: 150 },
  )
}, 120_000)

/** A file in which some value, anywhere, is another, is gone, or stands twice. */
function mutate(file: unknown, random: () => number): unknown {
  const places: { holder: Record<string, unknown>; key: string }[] = []
  const walk = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return
    for (const key of Object.keys(value)) {
      places.push({ holder: value as Record<string, unknown>, key })
      walk((value as Record<string, unknown>)[key])
    }
  }
  walk(file)
  const place = places[Math.floor(random() * places.length)]
  if (!place) return file
  const other = places[Math.floor(random() * places.length)]
  const odd = [
    null,
    -1,
    0,
    1e308,
    2 ** 60,
    1.5,
    '',
    ' ',
    '\ud800',
    '\u0000',
    'x'.repeat(600),
    [],
    {},
    [null],
    true,
    '2026-13-45',
    '+275760-09-13T00:00:00.000Z',
    '__proto__',
    { ['__proto__']: 1 },
    other?.holder[other.key],
  ]
  const { holder, key } = place
  const way = random()
  if (way < 0.2) delete holder[key]
  else if (way < 0.3) holder[`${key}_`] = holder[key]
  else if (way < 0.4 && Array.isArray(holder)) holder.push(structuredClone(holder[Number(key)]))
  else holder[key] = structuredClone(odd[Math.floor(random() * odd.length)])
  return file
}

it('a file that somebody changed is imported or refused with a reason, never by half', async () => {
  const store = there.storage.in('default')
  const target = transferOf(there.storage)
  let refused = 0
  let imported = 0
  await fc.assert(
    fc.asyncProperty(histories, fc.nat(), async (history, seed) => {
      const { text: file } = await transferOf(here.storage).export(
        await live(here.storage.in('default'), history),
      )
      const random = seededRandom(seed)
      const before = await there.storage.counts('default')
      try {
        const changed = JSON.stringify(mutate(JSON.parse(file), random))
        const { agentId } = await target.import(changed)
        imported += 1
        // An accepted file can be read, and exported and imported again.
        const again = await target.import((await target.export(agentId)).text)
        await store.transaction((tx) => tx.agents.delete(agentId, at()))
        await store.transaction((tx) => tx.agents.delete(again.agentId, at()))
      } catch (error) {
        refused += 1
        expect(error).toMatchObject({
          name: 'UserError',
          message: expect.stringMatching(/nothing was imported|Nothing was changed/),
        })
      }
      expect(await there.storage.counts('default')).toEqual(before)
    }),
    { seed: 20_261_120, numRuns: 500 },
  )
  expect(refused).toBeGreaterThan(100)
  expect(imported).toBeGreaterThan(50)
}, 240_000)
