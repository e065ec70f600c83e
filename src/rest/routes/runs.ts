import { z } from 'zod'
import { UserError } from '../../core/errors.ts'
import { isId, type RunId } from '../../core/ids.ts'
import type { McpContext } from '../../service/context.ts'
import { type Route, route } from '../call/route.ts'
import { Streamed } from '../call/streamed.ts'
import { presentMessage } from '../present/message.ts'
import { presentRun, presentStep, presentUsage } from '../present/run.ts'
import { readBody } from '../read/body.ts'
import { pageOfIds } from '../read/page-of-ids.ts'
import { readStream } from '../read/stream.ts'
import { runMessages } from '../turn/run-messages.ts'
import { streamRun } from '../turn/stream-run.ts'

const feedbackBody = z.object({ feedback: z.enum(['positive', 'negative']).optional() })

const NEWEST = { order: 'desc', limit: 100 } as const
const OLDEST = { order: 'asc', limit: 100 } as const

export const runRoutes: readonly Route[] = [
  route('GET', '/v1/runs', 'read', async ({ query, context }) => {
    const [agent = query.text('agent_id')] = query.list('agent_ids')
    const isOpen = query.flag('active') ?? false
    const runs = await context.runs.walk({ ...query.walk(NEWEST), agent, isOpen })
    return runs.map(presentRun)
  }),

  // As older clients ask for it.
  route('GET', '/v1/runs/active', 'read', async ({ query, context }) => {
    const [agent = query.text('agent_id')] = query.list('agent_ids')
    const runs = await context.runs.walk({ ...query.walk(NEWEST), agent, isOpen: true })
    return runs.map(presentRun)
  }),

  route('GET', '/v1/runs/{run_id}', 'read', async ({ params, context }) =>
    presentRun((await context.runs.get(params.run_id)).run),
  ),

  route('GET', '/v1/runs/{run_id}/messages', 'read', async ({ params, query, context }) => {
    const runId = await knownRun(context, params.run_id)
    const messages = await context.runs.messages(runId)
    const { pendingApprovals } = await context.runs.get(runId)
    const pending = new Set<string>(pendingApprovals.map(({ callId }) => callId))
    return pageOfIds(messages, ({ id }) => id, query.walk(OLDEST)).flatMap((message) =>
      presentMessage(message, { speaksAsMessage: true, pending }),
    )
  }),

  route('GET', '/v1/runs/{run_id}/steps', 'read', async ({ params, query, context }) => {
    const steps = await context.runs.steps({ ...query.walk(OLDEST), runId: params.run_id })
    return steps.map(presentStep)
  }),

  route('GET', '/v1/runs/{run_id}/usage', 'read', async ({ params, context }) => {
    const { run } = await context.runs.get(params.run_id)
    return presentUsage(run.usage, [run.id])
  }),

  ...(['GET', 'POST'] as const).map((method) =>
    route(
      method,
      '/v1/runs/{run_id}/stream',
      'read',
      async ({ params, query, body, context, signal }) => {
        const runId = await knownRun(context, params.run_id)
        const view = readStream(body, query)
        return new Streamed((sink) => streamRun(context, { runId, skip: 0 }, view, sink, signal))
      },
    ),
  ),

  route('DELETE', '/v1/runs/{run_id}', 'chat', async ({ params, context }) =>
    presentRun((await context.runs.cancel(params.run_id)).run),
  ),

  route('GET', '/v1/steps', 'read', async ({ query, context }) => {
    const walk = query.walk({ order: 'desc', limit: 50 })
    const steps = await context.runs.steps({
      ...walk,
      agent: query.text('agent_id'),
      runId: query.text('run_id'),
    })
    return steps.map(presentStep)
  }),

  route('GET', '/v1/steps/{step_id}', 'read', async ({ params, context }) =>
    presentStep(await context.runs.step(params.step_id)),
  ),

  route('GET', '/v1/steps/{step_id}/messages', 'read', async ({ params, context }) => {
    const step = await context.runs.step(params.step_id)
    const all = await runMessages(context, step.runId, { speaksAsMessage: true, types: undefined })
    return all.flatMap(({ parts }) => parts.filter((part) => part.step_id === step.id))
  }),

  route('PATCH', '/v1/steps/{step_id}/feedback', 'write', async ({ params, body, context }) => {
    const { feedback = null } = readBody(feedbackBody, body)
    return presentStep(await context.runs.rateStep(params.step_id, feedback))
  }),
]

async function knownRun({ runs }: McpContext, runId: string): Promise<RunId> {
  const id = isId('run', runId) ? runId : undefined
  if (id === undefined) throw new UserError('not_found', `There is no run ${runId}.`)
  return (await runs.get(id)).run.id
}
