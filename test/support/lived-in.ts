import { createHash } from 'node:crypto'
import { defaultConversation } from '../../src/core/conversation.ts'
import { newId, type RunId } from '../../src/core/ids.ts'
import type { RunStatus } from '../../src/core/run.ts'
import type { NewMessage, PlacedPassage, Storage, Store } from '../../src/storage/port/store.ts'
import {
  assistantSays,
  at,
  byClient,
  callResult,
  chooser,
  insertAgent,
  insertRun,
  seededRandom,
  someArchive,
  someBlock,
  userSays,
} from './stores.ts'
import { randomVector } from './vectors.ts'

export interface LivedIn {
  readonly agents: number
  /** Per agent, like `messages`. */
  readonly passages: number
  readonly messages: number
  /** Dimension of the vectors; every second agent has them. */
  readonly dimension: number
  readonly wordsOfText: number
}

export const EMBEDDED_BY = 'openai/embedded'
const WAITING_FOR = 'openai/waiting'
const WRITTEN_AT_ONCE = 500

const WORDS =
  'loom kettle garden heron violin Straße café mitochondria naïve ledger tram ß İstanbul 東京タワー 図書館 сад 🦜 "quoted" tab\tnew\nline 100% o’clock x_y e\u0301'.split(
    ' ',
  )

/** Fills a namespace with agents that have a past: everything that a database can hold, in all states that it can be in. */
export async function liveIn(
  storage: Storage,
  namespace: string,
  { agents, passages, messages, dimension, wordsOfText }: LivedIn,
): Promise<void> {
  const store = storage.in(namespace)
  const random = seededRandom(agents + passages)
  const { below, oneOf } = chooser(random)
  const text = (number: number) =>
    `${number} ${Array.from({ length: wordsOfText }, () => (below(3) > 0 ? oneOf(WORDS) : `w${below(30_000)}`)).join(' ')}`
  const shared = await store.transaction((tx) =>
    tx.blocks.insert(someBlock({ label: 'shared', value: text(0) }), byClient),
  )
  for (let number = 0; number < agents; number += 1) {
    const { id } = await insertAgent(store, {
      name: `Agent ${number} of ${namespace}`,
      description: text(number),
      tags: ['b', 'a', oneOf(WORDS)],
      embedding: number % 2 === 0 ? EMBEDDED_BY : null,
    })
    const archive = someArchive({ name: `Archive of ${number}` })
    await store.transaction(async (tx) => {
      await tx.archives.create(archive)
      await tx.archives.attach(id, archive.id, true, at())
      if (number % 2 === 0) {
        await tx.vectors.embedWith({ kind: 'archive', id: archive.id }, EMBEDDED_BY, at())
        await tx.vectors.embedWith({ kind: 'agent', id }, EMBEDDED_BY, at())
      }
      await tx.blocks.attach(id, shared, at())
      let block = await tx.blocks.insert(someBlock({ value: 'one' }), byClient)
      await tx.blocks.attach(id, block, at(1))
      for (const value of ['two', text(number)]) {
        block = await tx.blocks.update(block, { value }, { ...byClient, at: at(2), reason: value })
      }
      const former = await tx.blocks.insert(someBlock({ label: 'former' }), byClient)
      await tx.blocks.attach(id, former, at(3))
      await tx.blocks.detach(id, former.id, at(4))
    })
    await inPieces(passages, (from, to) => {
      const ids = Array.from({ length: to - from }, () => newId('passage'))
      const entries = ids.map(
        (passageId, index): PlacedPassage => ({
          id: passageId,
          archiveId: archive.id,
          text: text(from + index),
          tags: [`t${index % 3}`, 'all'],
          source: index % 2 === 0 ? 'book' : '',
          position: index % 2 === 0 ? from + index + 1 : 0,
          createdAt: at(from + index),
          supersededBy: index % 7 === 3 ? (ids[index + 1] ?? null) : null,
          expiresAt: null,
          foundCount: index % 5,
          lastFoundAt: index % 5 > 0 ? at(index) : null,
        }),
      )
      return store.transaction((tx) => tx.passages.insertHistory(entries, at()))
    })
    await store.transaction((tx) =>
      tx.files.put([
        {
          ...{ id: newId('file'), archiveId: archive.id, name: 'book', origin: '/books' },
          ...{ bytes: 1_000, changedAt: at(), loadedAt: at(1), note: '' },
        },
      ]),
    )
    await inPieces(messages, (from, to) => {
      const said = Array.from({ length: to - from }, (_, index): NewMessage => {
        const says = text(from + index)
        return [userSays(says), assistantSays(says), assistantSays(''), callResult(says)][
          index % 4
        ] as NewMessage
      })
      return store.transaction((tx) => tx.messages.append(id, said))
    })
    const summary = { id: newId('summary'), text: text(1), until: at(), method: 'model' } as const
    await store.transaction(async (tx) => {
      await tx.conversations.setContext(
        defaultConversation(id),
        { summary: { ...summary, fromSeq: 1, toSeq: 2 } },
        at(),
      )
      await tx.conversations.setContext(
        defaultConversation(id),
        { from: 2, tokenRatio: 1.0372881355932204 },
        at(),
      )
    })
  }
  const vectors = seededRandom(dimension)
  await embed(storage, EMBEDDED_BY, () => randomVector(vectors, dimension))
  await runsInEveryState(storage, store, `a process of ${namespace}`)
  await waitingTasks(storage, store)
  await goneAgain(store)
  await withPicture(store)
}

async function inPieces(count: number, write: (from: number, to: number) => Promise<unknown>) {
  for (let from = 0; from < count; from += WRITTEN_AT_ONCE) {
    await write(from, Math.min(count, from + WRITTEN_AT_ONCE))
  }
}

async function embed(storage: Storage, handle: string, vector: () => Float32Array) {
  for (;;) {
    const claim = { handle, owner: 'embedder', now: at(), expiresAt: at(60) }
    const { batch, progressed } = await storage.embeddings.claim({
      ...claim,
      mostTasks: 256,
      mostCharacters: 1e6,
    })
    if (!progressed) return
    if (!batch) continue
    const outcomes = batch.tasks.map((task) => ({
      kind: 'vector' as const,
      task,
      vector: vector(),
    }))
    await storage.embeddings.finish(batch.lease, { outcomes, retryAt: at(60) })
  }
}

/** Each of an agent of its own. */
async function runsInEveryState(storage: Storage, store: Store, owner: string): Promise<void> {
  const states: readonly RunStatus[] = [
    'running',
    'waiting',
    'requires_approval',
    'completed',
    'failed',
    'cancelled',
    'queued',
  ]
  for (const status of states) {
    const { id } = await insertAgent(store, { name: status })
    const run = await insertRun(store, id, { idempotencyKey: status, acceptedBy: owner })
    if (status === 'queued') continue
    await storage.claims.next({
      owner,
      now: at(),
      expiresAt: at(30),
      orphanedBefore: at(-30),
    })
    await store.transaction(async (tx) => {
      await tx.runs.start(run.id, at(1))
      const stepId = newId('step')
      await tx.runs.openStep({ id: stepId, runId: run.id, number: 1, at: at(1) })
      const call = { id: newId('call'), index: 0, name: 'send_message', arguments: '{}' }
      await tx.runs.recordAnswer(stepId, {
        model: 'openai/m',
        finish: 'stop',
        calls: [{ ...call, effect: 'once', needsApproval: status === 'requires_approval' }],
        usage: { promptTokens: 11, completionTokens: 7, totalTokens: 18, cachedTokens: 3 },
      })
      await tx.messages.append(id, [userSays(`Hello ${status}`, { runId: run.id })])
    })
    await store.transaction((tx) => bringTo(tx.runs, run.id, status))
  }
}

type RunWrites = Parameters<Parameters<Store['transaction']>[0]>[0]['runs']

async function bringTo(runs: RunWrites, id: RunId, status: RunStatus): Promise<unknown> {
  switch (status) {
    case 'waiting':
      return runs.postpone(id, { waitingFor: 'retry', retryAt: at(60) }, at(2))
    case 'requires_approval':
      return runs.awaitApproval(id, at(2))
    case 'completed':
      return runs.finish(id, { status, stopReason: 'end_turn', error: null, at: at(3) })
    case 'failed': {
      const error = { code: 'model_unavailable', message: 'It is gone.', hint: 'Mend it.' } as const
      return runs.finish(id, { status, stopReason: 'model_error', error, at: at(3) })
    }
    case 'cancelled':
      return runs.finish(id, { status, stopReason: 'cancelled', error: null, at: at(3) })
    case 'queued':
    case 'running':
      return undefined
  }
}

/** One that waits, one that was refused, one that some process holds. */
async function waitingTasks(storage: Storage, store: Store): Promise<void> {
  const { id } = await insertAgent(store, { name: 'waits for vectors' })
  await store.transaction((tx) => tx.vectors.embedWith({ kind: 'agent', id }, WAITING_FOR, at()))
  const said = ['first', 'second', 'third'].map((word) => userSays(`${word} ${id}`))
  await store.transaction((tx) => tx.messages.append(id, said))
  const times = { now: at(), expiresAt: at(60) }
  const claim = { handle: WAITING_FOR, ...times, mostTasks: 1, mostCharacters: 1e3 }
  await storage.embeddings.claim({ ...claim, owner: 'some process' })
  const { batch } = await storage.embeddings.claim({ ...claim, owner: 'other' })
  if (!batch) throw new Error('nothing was claimed')
  const outcomes = batch.tasks.map((task) => ({
    kind: 'refused' as const,
    task,
    problem: 'No.',
    retryAt: at(99),
  }))
  await storage.embeddings.finish(batch.lease, { outcomes, retryAt: at(99) })
}

async function withPicture(store: Store): Promise<void> {
  const { id } = await insertAgent(store, { name: 'has a picture' })
  const bytes = Buffer.alloc(100_000, 7)
  const digest = createHash('sha256').update(bytes).digest('hex')
  const picture = {
    digest,
    mediaType: 'image/png',
    size: bytes.length,
    width: 3,
    height: 4,
  } as const
  await store.transaction((tx) => tx.pictures.keep(id, picture, bytes))
  await store.transaction((tx) => tx.pictures.setProblem(id, [digest], 'Refused.'))
}

/** The newest of what has numbers is deleted, so that numbers go on behind what is there. */
async function goneAgain(store: Store): Promise<void> {
  const { id } = await insertAgent(store, { name: 'gone again' })
  await store.transaction(async (tx) => {
    const block = await tx.blocks.insert(someBlock(), byClient)
    await tx.blocks.attach(id, block, at())
    const archive = someArchive()
    await tx.archives.create(archive)
    await tx.archives.attach(id, archive.id, true, at())
    await tx.messages.append(id, [userSays('gone')])
    await tx.agents.delete(id, at())
  })
}
