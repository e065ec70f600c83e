import { expect, test } from 'vitest'
import { type AgentId, newId, type RunId, type StepId } from '../../../src/core/ids.ts'
import { NO_USAGE } from '../../../src/core/run.ts'
import type { CallEffect, StepAnswer } from '../../../src/storage/port/store.ts'
import { at, insertAgent, insertRun } from '../../support/stores.ts'
import type { Subject } from './subject.ts'

export function stepContract(subject: Subject): void {
  async function openStep(runId: RunId, number: number): Promise<StepId> {
    const id = newId('step')
    await subject.store.transaction((tx) => tx.runs.openStep({ id, runId, number, at: at(number) }))
    return id
  }

  function answer(effects: readonly CallEffect[], usage = NO_USAGE): StepAnswer {
    const calls = effects.map((effect, index) => ({
      id: newId('call'),
      index,
      name: `tool_${index}`,
      arguments: '{"a": ',
      effect,
    }))
    return { model: 'openai/m', finish: 'stop', calls, usage }
  }

  async function agentAndRun(): Promise<{ agentId: AgentId; runId: RunId }> {
    const { id: agentId } = await insertAgent(subject.store)
    return { agentId, runId: (await insertRun(subject.store, agentId)).id }
  }

  test('a step waits for its model, then makes its calls, then is done', async () => {
    const { store } = subject
    const { runId } = await agentAndRun()
    expect(await store.runs.currentStep(runId)).toBeUndefined()
    expect(await store.runs.lastStep(runId)).toBe(0)

    const stepId = await openStep(runId, 1)
    expect(await store.runs.lastStep(runId)).toBe(1)
    const open = {
      id: stepId,
      number: 1,
      state: 'model',
      finish: null,
      clientAnswer: null,
      calls: [],
    }
    expect(await store.runs.currentStep(runId)).toEqual(open)

    const given = answer(['database', 'once', 'none'])
    expect(await store.transaction((tx) => tx.runs.recordAnswer(stepId, given))).toBe(true)
    expect(await store.runs.currentStep(runId)).toEqual({
      ...open,
      state: 'tools',
      finish: 'stop',
      calls: given.calls.map((call) => ({
        ...call,
        ...(call.effect === 'none'
          ? { state: 'done', status: 'error' }
          : { state: 'planned', status: null }),
        approval: null,
        approvalReason: null,
        note: null,
      })),
    })

    expect(await store.transaction((tx) => tx.runs.closeStep(stepId, at(2)))).toBe(true)
    expect(await store.runs.currentStep(runId)).toBeUndefined()
    expect(await store.runs.lastStep(runId)).toBe(1)
    expect(await store.transaction((tx) => tx.runs.closeStep(stepId, at(3)))).toBe(false)
  })

  test('a second answer to a step is refused and its calls are not stored', async () => {
    const { store } = subject
    const { runId } = await agentAndRun()
    const stepId = await openStep(runId, 1)
    const first = answer(['readonly'])
    await store.transaction((tx) => tx.runs.recordAnswer(stepId, first))
    const second = answer(['database', 'database'])
    expect(await store.transaction((tx) => tx.runs.recordAnswer(stepId, second))).toBe(false)
    expect((await store.runs.currentStep(runId))?.calls).toMatchObject([{ effect: 'readonly' }])
    await store.transaction((tx) => tx.runs.closeStep(stepId, at()))
    expect(await store.transaction((tx) => tx.runs.recordAnswer(stepId, second))).toBe(false)
  })

  test('a run has one step of a number', async () => {
    const { runId } = await agentAndRun()
    await openStep(runId, 1)
    await expect(openStep(runId, 1)).rejects.toThrow()
  })

  test('a call is begun as often as need be, and finished once', async () => {
    const { store } = subject
    const { runId } = await agentAndRun()
    const stepId = await openStep(runId, 1)
    const given = answer(['once', 'none'])
    await store.transaction((tx) => tx.runs.recordAnswer(stepId, given))
    const [once = newId('call'), refused = newId('call')] = given.calls.map(({ id }) => id)
    const start = (id = once) => store.transaction((tx) => tx.runs.startCall(id))
    const done = (status: 'success' | 'error', id = once) =>
      store.transaction((tx) => tx.runs.finishCall(id, status))

    expect(await start()).toBe(true)
    expect((await store.runs.currentStep(runId))?.calls[0]).toMatchObject({ state: 'started' })
    expect(await start()).toBe(true)
    expect(await done('success')).toBe(true)
    expect(await done('error')).toBe(false)
    expect(await start()).toBe(false)
    expect((await store.runs.currentStep(runId))?.calls[0]).toMatchObject({
      state: 'done',
      status: 'success',
    })
    expect(await start(refused)).toBe(false)
    expect(await done('success', refused)).toBe(false)
    expect(await done('success', newId('call'))).toBe(false)
  })

  test('usage is the sum over the answers of the model, and steps count those', async () => {
    const { store } = subject
    const { runId } = await agentAndRun()
    const { runId: other } = await agentAndRun()
    const used = { promptTokens: 10, completionTokens: 3, totalTokens: 13, cachedTokens: 4 }
    for (const [id, number] of [
      [runId, 1],
      [runId, 2],
      [other, 1],
    ] as const) {
      const stepId = await openStep(id, number)
      await store.transaction((tx) => tx.runs.recordAnswer(stepId, answer(['readonly'], used)))
      await store.transaction((tx) => tx.runs.closeStep(stepId, at()))
    }
    await openStep(runId, 3)
    expect((await store.runs.get(runId))?.usage).toEqual({
      promptTokens: 20,
      completionTokens: 6,
      totalTokens: 26,
      cachedTokens: 8,
      steps: 2,
    })
  })

  test('attempts at a step are counted, and those given back are not', async () => {
    const { store } = subject
    const { runId } = await agentAndRun()
    const stepId = await openStep(runId, 1)
    const count = (change: 1 | -1) =>
      store.transaction((tx) => tx.runs.countAttempt(stepId, change))
    const first = await count(1)
    expect(await count(1)).toBe(first + 1)
    expect(await count(-1)).toBe(first)
  })
}
