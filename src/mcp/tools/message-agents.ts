import { z } from 'zod'
import { ERROR_CODES } from '../../core/errors.ts'
import { text as limited, list } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import { RUN_STATUSES } from '../../core/run.ts'
import { defineTool } from '../call/define-tool.ts'
import { nonEmpty, waitSeconds } from '../present/schema.ts'
import { answer } from '../present/shapes.ts'

export const messageAgents = defineTool({
  name: 'message_agents',
  title: 'Message all agents with a tag',
  description:
    'Gives every agent with these tags the same message. Each works on it by itself: call get_run for its reply. ' +
    'Agents that could not be reached are in `failed`; templates are left out.',
  input: z.strictObject({
    tags: list(limited(LIMITS.tag), LIMITS.tags).min(1),
    match_all: z.boolean().default(true).describe('False: one of the tags is enough'),
    message: nonEmpty(),
    wait_seconds: waitSeconds(0),
  }),
  output: answer({
    runs: z.array(
      z.strictObject({ run_id: z.string(), agent_id: z.string(), status: z.enum(RUN_STATUSES) }),
    ),
    count: z.int(),
    left_out: z.int().optional(),
    failed: z.array(
      z.strictObject({
        agent_id: z.string(),
        error: z.strictObject({ code: z.enum(ERROR_CODES), message: z.string() }),
      }),
    ),
  }),
  scope: 'chat',
  annotations: {
    readOnlyHint: false,
    // Not destructive: every edit of memory stays in the block's history.
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: true,
  },
  pinned: false,
  async run({ tags, match_all, message, wait_seconds }, context, { caller, signal }) {
    const scopes = [...caller.scopes]
    const sent = await context.runs.broadcast({ tags, matchAll: match_all, text: message, scopes })
    const until = performance.now() + wait_seconds * 1_000
    const statuses = new Map(sent.runs.map(({ id, status }) => [id, status]))
    for (const { id } of sent.runs) {
      const left = until - performance.now()
      if (left <= 0 || signal.aborted) break
      statuses.set(id, (await context.runs.wait(id, left, signal)).run.status)
    }
    return {
      runs: sent.runs.map(({ id, agentId, status }) => ({
        run_id: id,
        agent_id: agentId,
        status: statuses.get(id) ?? status,
      })),
      count: sent.runs.length,
      failed: sent.failed.map(({ agentId, code, message }) => ({
        agent_id: agentId,
        error: { code, message },
      })),
    }
  },
})
