import { expect, test } from 'vitest'
import { defaultConversation } from '../../../src/core/conversation.ts'
import { newId, type RunId } from '../../../src/core/ids.ts'
import type { Claim } from '../../../src/storage/port/store.ts'
import { at, insertAgent, insertRun } from '../../support/stores.ts'
import type { Subject } from './subject.ts'

/* Runs that wait for the model of a client. */

export function askContract(subject: Subject): void {
  const write: Subject['store']['transaction'] = (work) => subject.store.transaction(work)
  const claim = (owner: string): Claim => ({
    owner,
    now: at(9_000),
    expiresAt: at(9_030),
    orphanedBefore: at(8_000),
    strandedBefore: at(8_000),
  })

  /** A run that has begun its first step and waits for a client since second 10. */
  async function waiting(): Promise<RunId> {
    const { id: agentId } = await insertAgent(subject.store)
    const { id } = await insertRun(subject.store, agentId, { acceptedBy: 'them' })
    const claimed = await subject.storage.claims.next(claim('me'))
    expect(claimed?.run.id).toBe(id)
    await write(async (tx) => {
      await tx.runs.start(id, at(5))
      await tx.runs.openStep({ id: newId('step'), runId: id, number: 1, at: at(5) })
      await tx.runs.postpone(id, { waitingFor: 'client', retryAt: null }, at(10))
      if (claimed) await tx.runs.release(claimed.lease)
    })
    return id
  }

  const answer = (id: RunId, ask: string, seconds = 25) =>
    write((tx) => {
      const brought = { ask, answer: `"${ask}"`, acceptedBy: 'me' }
      return tx.runs.answerAsk(id, brought, at(seconds))
    })
  const ask = (id: RunId, name: string) => write((tx) => tx.runs.askClient(id, name))

  test('a run that waits for a client is never claimed, however long it waits', async () => {
    await waiting()
    expect(await subject.storage.claims.next(claim('them'))).toBeUndefined()
  })

  test('the answer to the latest request becomes the step’s once, and its receiver continues the run', async () => {
    const id = await waiting()
    expect(await ask(id, 'first')).toBe(true)
    expect(await ask(id, 'second')).toBe(true)
    expect(await answer(id, 'first')).toBe(false)
    expect(await answer(id, 'second')).toBe(true)
    expect(await answer(id, 'second')).toBe(false)
    expect(await ask(id, 'third')).toBe(false)
    // The client's time does not count as the run's own time.
    expect(await subject.store.runs.get(id)).toMatchObject({
      status: 'queued',
      waitingFor: null,
      startedAt: at(20),
    })
    expect((await subject.store.runs.currentStep(id))?.clientAnswer).toBe('"second"')
    const claimed = await subject.storage.claims.next({ ...claim('me'), strandedBefore: at() })
    expect(claimed?.run.id).toBe(id)
  })

  test('an answer is gone from the step once it is recorded', async () => {
    const id = await waiting()
    await ask(id, 'it')
    await answer(id, 'it')
    const step = await subject.store.runs.currentStep(id)
    const usage = { promptTokens: 1, completionTokens: 1, totalTokens: 2, cachedTokens: 0 }
    await write((tx) =>
      tx.runs.recordAnswer(step?.id ?? newId('step'), {
        model: 'client/sampling',
        finish: 'stop',
        usage,
        calls: [],
      }),
    )
    expect((await subject.store.runs.currentStep(id))?.clientAnswer).toBeNull()
  })

  test('a run that looks for a model again forgets what was asked', async () => {
    const id = await waiting()
    await ask(id, 'it')
    const again = () =>
      write((tx) => tx.runs.lookAgain(id, { samples: true, acceptedBy: 'me' }, at(30)))
    expect(await again()).toBe(true)
    expect(await again()).toBe(false)
    expect(await answer(id, 'it')).toBe(false)
    expect(await subject.store.runs.get(id)).toMatchObject({
      status: 'queued',
      clientSamples: true,
    })
  })

  test('a run that is over, or waits for something else, takes no answer', async () => {
    const id = await waiting()
    await ask(id, 'it')
    const outcome = {
      status: 'cancelled',
      stopReason: 'cancelled',
      error: null,
      at: at(20),
    } as const
    await write((tx) => tx.runs.finish(id, outcome))
    expect(await answer(id, 'it')).toBe(false)
    expect(await ask(id, 'more')).toBe(false)
    const { id: agentId } = await insertAgent(subject.store)
    const { id: other } = await insertRun(subject.store, agentId, { acceptedBy: 'me' })
    await subject.storage.claims.next(claim('me'))
    await write((tx) => tx.runs.postpone(other, { waitingFor: 'retry', retryAt: at(60) }, at(1)))
    expect(await ask(other, 'it')).toBe(false)
    const again = { samples: true, acceptedBy: 'me' }
    expect(await write((tx) => tx.runs.lookAgain(other, again, at(2)))).toBe(false)
  })

  test('a signing key is created once, by the first caller', async () => {
    const { storage } = subject
    const [one, two] = await Promise.all([storage.signingKey('a'), storage.signingKey('a')])
    expect(one).toHaveLength(32)
    expect(Buffer.from(two)).toEqual(Buffer.from(one))
    expect(Buffer.from(await storage.signingKey('a'))).toEqual(Buffer.from(one))
    expect(Buffer.from(await storage.signingKey('b'))).not.toEqual(Buffer.from(one))
  })

  test('a run that waits for a model says what is missing, and continues where the model is available', async () => {
    const { store, storage } = subject
    const agent = await insertAgent(store, { model: 'groq/one' })
    const { id } = await insertRun(store, agent.id, { acceptedBy: 'them', clientSamples: true })
    const claimed = await storage.claims.next(claim('me'))
    const missing = 'It needs a key.'
    await write(async (tx) => {
      await tx.runs.start(id, at(5))
      await tx.runs.postpone(id, { waitingFor: 'model', retryAt: null, missing }, at(10))
      await tx.conversations.setContext(
        defaultConversation(agent.id),
        { ranOn: 'groq/two' },
        at(10),
      )
      if (claimed) await tx.runs.release(claimed.lease)
    })
    expect(await store.runs.get(id)).toMatchObject({
      status: 'waiting',
      waitingFor: 'model',
      missing,
    })
    expect(await storage.claims.next(claim('me'))).toBeUndefined()
    expect(await storage.claims.waitingForModel(9)).toEqual([
      {
        namespace: 'default',
        runId: id,
        clientSamples: true,
        model: 'groq/one',
        ranOn: 'groq/two',
      },
    ])
    const sender = { samples: false, acceptedBy: 'me' }
    expect(await write((tx) => tx.runs.lookAgain(id, sender, at(20)))).toBe(false)
    const goOn = () => write((tx) => tx.runs.goOn(id, { acceptedBy: 'me' }, at(30)))
    expect([await goOn(), await goOn()]).toEqual([true, false])
    expect(await storage.claims.waitingForModel(9)).toEqual([])
    // Waiting does not count towards its time limit.
    const going = { status: 'queued', waitingFor: null, missing: null, startedAt: at(25) }
    expect(await store.runs.get(id)).toMatchObject(going)
    expect((await storage.claims.next(claim('me')))?.run.id).toBe(id)
  })

  test('model servers that have answered are remembered, each once', async () => {
    const { endpoints } = subject.storage
    expect([...(await endpoints.answered())]).toEqual([])
    await endpoints.note('http://127.0.0.1:11434/v1', at())
    await endpoints.note('http://127.0.0.1:11434/v1', at(1))
    expect([...(await endpoints.answered())]).toEqual(['http://127.0.0.1:11434/v1'])
  })
}
