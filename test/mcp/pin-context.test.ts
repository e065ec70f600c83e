import { expect, test } from 'vitest'
import type { AgentEvent } from '../../src/core/event.ts'
import { newId } from '../../src/core/ids.ts'
import { pinContext } from '../../src/service/pin-context.ts'
import { stubContext } from './stub-context.ts'

test('a client pinned to one agent sees no progress of another', async () => {
  const [own, other, runId] = [newId('agent'), newId('agent'), newId('run')]
  const listeners = new Set<(event: AgentEvent) => void>()
  const context = stubContext({
    agents: { find: async () => ({ id: own }) as never },
    runs: {
      onProgress(_, listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
  })
  const pinned = await pinContext(context, own)
  const heard: AgentEvent[] = []
  const stop = pinned.runs.onProgress(runId, (event) => heard.push(event))
  const tell = (event: AgentEvent) => {
    for (const listener of listeners) listener(event)
  }
  tell({ type: 'step_started', runId, agentId: other, step: 1 })
  tell({ type: 'step_started', runId, agentId: own, step: 2 })
  expect(heard).toEqual([{ type: 'step_started', runId, agentId: own, step: 2 }])
  stop()
  expect(listeners.size).toBe(0)
})
