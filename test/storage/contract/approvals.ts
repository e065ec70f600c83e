import { expect, test } from 'vitest'
import { type CallId, newId, type RunId } from '../../../src/core/ids.ts'
import type { CallEffect, Claim } from '../../../src/storage/port/store.ts'
import { at, insertAgent, insertRun } from '../../support/stores.ts'
import type { Subject } from './subject.ts'

export function approvalContract(subject: Subject): void {
  const write: Subject['store']['transaction'] = (work) => subject.store.transaction(work)
  const claim = (owner: string): Claim => ({
    owner,
    now: at(1),
    expiresAt: at(30),
    orphanedBefore: at(-30),
  })

  /** A run that `me` works on, whose model has asked for these calls. */
  async function runWithCalls(
    calls: readonly { readonly effect?: CallEffect; readonly needsApproval?: boolean }[],
  ): Promise<{ runId: RunId; callIds: readonly CallId[] }> {
    const { id: agentId } = await insertAgent(subject.store)
    const { id: runId } = await insertRun(subject.store, agentId)
    const claimed = await subject.storage.claims.next(claim('me'))
    expect(claimed?.run.id).toBe(runId)
    const stepId = newId('step')
    const ids = calls.map(() => newId('call'))
    const usage = { promptTokens: 0, completionTokens: 0, totalTokens: 0, cachedTokens: 0 }
    await write(async (tx) => {
      await tx.runs.openStep({ id: stepId, runId, number: 1, at: at() })
      await tx.runs.recordAnswer(stepId, {
        model: 'openai/m',
        finish: 'stop',
        usage,
        calls: calls.map((call, index) => ({
          id: ids[index] ?? newId('call'),
          index,
          name: `tool_${index}`,
          arguments: '{}',
          effect: 'once',
          ...call,
        })),
      })
      if (claimed) await tx.runs.release(claimed.lease)
    })
    return { runId, callIds: ids }
  }

  test('a call that needs approval waits for it, and is answered once', async () => {
    const { store } = subject
    const { runId, callIds } = await runWithCalls([{}, { needsApproval: true }])
    const [, id = newId('call')] = callIds
    expect(await store.runs.calls(runId)).toMatchObject([
      { step: 1, index: 0, approval: null, approvalReason: null },
      { step: 1, index: 1, approval: 'pending', approvalReason: null, state: 'planned' },
    ])
    const deny = { approved: false, reason: 'Too dear.' }
    expect(await write((tx) => tx.runs.answerApproval(id, deny))).toBe(true)
    expect(await write((tx) => tx.runs.answerApproval(id, { approved: true, reason: '' }))).toBe(
      false,
    )
    expect((await store.runs.currentStep(runId))?.calls[1]).toMatchObject({
      approval: 'denied',
      approvalReason: 'Too dear.',
    })
  })

  test('a call that needs none, or is over, can not be answered for', async () => {
    const { callIds } = await runWithCalls([{}, { needsApproval: true }])
    const [free = newId('call'), over = newId('call')] = callIds
    const approve = { approved: true, reason: '' }
    expect(await write((tx) => tx.runs.answerApproval(free, approve))).toBe(false)
    await write((tx) => tx.runs.finishCall(over, 'error'))
    expect(await write((tx) => tx.runs.answerApproval(over, approve))).toBe(false)
  })

  test('a run that waits for approval is not claimed until it is resumed, then by its acceptor', async () => {
    const { store, storage } = subject
    const { runId } = await runWithCalls([{ needsApproval: true }])
    expect(await write((tx) => tx.runs.resume(runId, at()))).toBe(false)
    expect(await write((tx) => tx.runs.awaitApproval(runId, at()))).toBe(true)
    expect(await write((tx) => tx.runs.awaitApproval(runId, at()))).toBe(false)
    const waiting = { status: 'requires_approval', stopReason: 'requires_approval' }
    expect(await store.runs.get(runId)).toMatchObject(waiting)
    expect(await storage.claims.next(claim('me'))).toBeUndefined()

    expect(await write((tx) => tx.runs.resume(runId, at()))).toBe(true)
    expect(await write((tx) => tx.runs.resume(runId, at()))).toBe(false)
    expect(await store.runs.get(runId)).toMatchObject({ status: 'queued', stopReason: null })
    expect(await storage.claims.next(claim('somebody else'))).toBeUndefined()
    const claimed = await storage.claims.next(claim('me'))
    expect(claimed?.run).toMatchObject({ id: runId, status: 'running' })
  })

  test('the time that a run waits for approval is none of its own', async () => {
    const { store } = subject
    const { runId } = await runWithCalls([{ needsApproval: true }])
    await write((tx) => tx.runs.start(runId, at(10)))
    await write((tx) => tx.runs.awaitApproval(runId, at(15)))
    expect((await store.runs.get(runId))?.startedAt).toBe(at(10))
    await write((tx) => tx.runs.resume(runId, at(7_215)))
    expect((await store.runs.get(runId))?.startedAt).toBe(at(7_210))
  })

  test('a call that is refused counts as never run', async () => {
    const { store } = subject
    const { runId, callIds } = await runWithCalls([{}])
    const [id = newId('call')] = callIds
    expect(await write((tx) => tx.runs.refuseCall(id))).toBe(true)
    expect(await write((tx) => tx.runs.refuseCall(id))).toBe(false)
    expect(await store.runs.calls(runId)).toMatchObject([
      { effect: 'none', state: 'done', status: 'error' },
    ])
  })

  test('calls come in the order of their steps', async () => {
    const { store } = subject
    const { runId } = await runWithCalls([{}, {}])
    expect((await store.runs.calls(runId)).map((call) => call.name)).toEqual(['tool_0', 'tool_1'])
    expect(await store.runs.calls(newId('run'))).toEqual([])
  })
}
