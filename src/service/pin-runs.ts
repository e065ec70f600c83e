import { UserError } from '../core/errors.ts'
import type { AgentId } from '../core/ids.ts'
import type { RunsPort } from './context.ts'
import { alone, type Own, refused, withoutSender, withoutTree } from './pinned.ts'

export function pinRuns(runs: RunsPort, id: AgentId, own: Own): RunsPort {
  /** A run of another agent gives the same `not_found` as a run that does not exist. */
  const check = (runId: string) => runs.get(runId, id)
  const ownStep = async (stepId: string) => {
    const step = await runs.step(stepId)
    if (step.agentId === id) return step
    throw new UserError('not_found', `There is no step ${stepId}.`)
  }
  return {
    send: async (message) => alone(await runs.send({ ...message, agent: own(message.agent) })),
    broadcast: refused,
    async askClient(runId, takes) {
      await check(runId)
      return runs.askClient(runId, takes)
    },
    async answerClient(runId, ...rest) {
      await check(runId)
      const { view, ...others } = await runs.answerClient(runId, ...rest)
      return { view: alone(view), ...others }
    },
    get: async (runId) => alone(await check(runId)),
    async list(filter) {
      if (filter.parentRunId !== undefined) await check(filter.parentRunId)
      const page = await runs.list({ ...filter, agent: id })
      return { ...page, items: page.items.map(withoutTree) }
    },
    async walk(walk) {
      if (walk.agent !== undefined) own(walk.agent)
      return (await runs.walk({ ...walk, agent: id })).map(withoutTree)
    },
    async steps(walk) {
      if (walk.agent !== undefined) own(walk.agent)
      if (walk.runId !== undefined) await check(walk.runId)
      return runs.steps({ ...walk, agent: id })
    },
    step: ownStep,
    async rateStep(stepId, feedback) {
      await ownStep(stepId)
      return runs.rateStep(stepId, feedback)
    },
    async wait(runId, milliseconds, signal) {
      await check(runId)
      return alone(await runs.wait(runId, milliseconds, signal))
    },
    async cancel(runId) {
      await check(runId)
      return alone(await runs.cancel(runId))
    },
    async respond(runId, answer) {
      await check(runId)
      return alone(await runs.respond(runId, answer))
    },
    async messages(runId) {
      await check(runId)
      return (await runs.messages(runId)).map(withoutSender)
    },
    async timeline(runId) {
      await check(runId)
      return runs.timeline(runId)
    },
    // Subscribing is synchronous, so each event is checked instead of the run.
    onProgress: (runId, listener) =>
      runs.onProgress(runId, (event) => {
        if (event.agentId === id) listener(event)
      }),
  }
}
