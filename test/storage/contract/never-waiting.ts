import { expect, test } from 'vitest'
import { defaultConversation } from '../../../src/core/conversation.ts'
import { newId } from '../../../src/core/ids.ts'
import type { StepAnswer, Store, Transaction } from '../../../src/storage/port/store.ts'
import {
  at,
  byClient,
  giveArchive,
  someAgent,
  someArchive,
  someBlock,
  somePassage,
  someRun,
  userSays,
} from '../../support/stores.ts'
import type { Subject } from './subject.ts'

/**
 * The store, refusing a transaction during which the process came to wait for anything: its work may await nothing
 * but the transaction, and the transaction may not let go of the event loop between BEGIN and COMMIT.
 */
function neverWaiting(store: Store): Store {
  return {
    ...store,
    async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
      let turns = 0
      let turnsInWork = 0
      const result = await store.transaction(async (tx) => {
        turns = 0
        setImmediate(() => {
          turns += 1
        })
        try {
          return await work(tx)
        } finally {
          turnsInWork = turns
        }
      })
      if (turnsInWork + turns > 0) throw new Error('a setImmediate fired before COMMIT')
      return result
    },
  }
}

/** Only for in-process databases; others are remote, and calls wait for them. */
export function neverWaitingContract(subject: Subject): void {
  test('no kind of write lets go of the event loop before its commit', async () => {
    const store = neverWaiting(subject.store)
    const agent = someAgent({ tags: ['a', 'b'] })
    const archiveId = newId('archive')
    const passage = somePassage(archiveId, { tags: ['t'] })
    const block = someBlock()
    const [run, stepId, callId] = [someRun(agent.id), newId('step'), newId('call')]
    const conversationId = defaultConversation(agent.id)
    const other = { id: newId('conv'), agentId: agent.id, title: 't', createdAt: at() }
    const lease = { namespace: 'default', conversationId, owner: 'me', fence: 1 }
    const answer: StepAnswer = {
      model: 'openai/m',
      finish: 'stop',
      calls: [{ id: callId, index: 0, name: 'x', arguments: '{}', effect: 'once' }],
      usage: { promptTokens: 1, completionTokens: 1, totalTokens: 2, cachedTokens: 0 },
    }
    const many = Array.from({ length: 200 }, (_, index) => userSays(`message ${index}`))
    const works: readonly ((tx: Transaction) => Promise<unknown>)[] = [
      (tx) => tx.agents.insert(agent),
      (tx) => tx.agents.update(agent.id, { name: 'Bea', tags: ['c'] }, at()),
      async (tx) => {
        const first = await tx.blocks.insert(block, byClient)
        await tx.blocks.attach(agent.id, block, at())
        await tx.blocks.update(first, { value: 'x' }, byClient)
      },
      (tx) => tx.messages.append(agent.id, many),
      (tx) => tx.conversations.insert(other),
      (tx) => tx.messages.append(agent.id, [userSays('a')], other.id),
      (tx) => tx.conversations.setContext(other.id, { from: 2, tokenRatio: 2 }, at()),
      (tx) => tx.conversations.delete(other.id, at()),
      (tx) => giveArchive(tx, agent.id, someArchive({ id: archiveId })),
      (tx) => tx.passages.insert([passage], at()),
      (tx) => tx.passages.insert([{ ...passage, id: newId('passage'), tags: ['u'] }], at()),
      (tx) => tx.passages.delete(agent.id, passage.id, at()),
      (tx) => tx.runs.insert(run),
      (tx) => tx.runs.start(run.id, at()),
      (tx) => tx.runs.hold(lease, at(9), run),
      (tx) => tx.runs.openStep({ id: stepId, runId: run.id, number: 1, at: at() }),
      (tx) => tx.runs.recordAnswer(stepId, answer),
      (tx) => tx.runs.countAttempt(stepId, 1),
      (tx) => tx.runs.postpone(run.id, { waitingFor: 'retry', retryAt: at(9) }, at()),
      (tx) => tx.runs.startCall(callId),
      (tx) => tx.runs.finishCall(callId, 'success'),
      (tx) => tx.runs.closeStep(stepId, at()),
      (tx) => tx.runs.requestCancel(run.id, at()),
      (tx) => tx.runs.setWarnings(run.id, ['w']),
      (tx) =>
        tx.runs.finish(run.id, {
          status: 'completed',
          stopReason: 'end_turn',
          error: null,
          at: at(),
        }),
      (tx) => tx.runs.release(lease),
      (tx) => tx.agents.delete(agent.id, at()),
    ]
    for (const work of works) await store.transaction(work)
  })

  test('the guard against waiting sees a transaction that waits', async () => {
    const waits = neverWaiting(subject.store).transaction(
      () => new Promise((resolve) => setImmediate(() => setImmediate(resolve))),
    )
    await expect(waits).rejects.toThrow('a setImmediate fired before COMMIT')
  })
}
