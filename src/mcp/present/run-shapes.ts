import { z } from 'zod'
import { ERROR_CODES } from '../../core/errors.ts'
import { JOB_STATUSES } from '../../core/job.ts'
import { APPROVALS, RUN_STATUSES, STOP_REASONS, WAITS } from '../../core/run.ts'
import { count, cut, errorShape, messageShape, text } from './shapes.ts'

/** One model call of a run and the calls that its answer made. */
export const stepShape = z.strictObject({
  step: count,
  /** `provider/model`; absent until it has answered. */
  model: text.optional(),
  started_at: text,
  completed_at: text.optional(),
  /** Processes that took it up; more than one means that it was begun again. */
  attempts: count,
  prompt_tokens: count,
  completion_tokens: count,
  cached_tokens: count,
  calls: z.array(
    z.strictObject({
      tool_call_id: text,
      tool_name: text,
      status: z.enum(['success', 'error']).optional(),
      approval: z.enum(APPROVALS).optional(),
    }),
  ),
})

/** A run is an answer of its own; its `error` has more fields than that of a refused call. */
export const runShape = z
  .strictObject({
    notice: text,
    run_id: text,
    agent_id: text,
    conversation_id: text,
    /** The run that began it, for a message from another agent. */
    parent_run_id: text,
    status: z.enum(RUN_STATUSES),
    reply: text,
    stop_reason: z.enum(STOP_REASONS),
    waiting_for: z.enum(WAITS),
    retry_at: text,
    steps: count,
    usage: z
      .strictObject({
        prompt_tokens: count,
        completion_tokens: count,
        total_tokens: count,
        cached_tokens: count,
        steps: count,
        /** Once the run is over. In US dollars, where the provider told it. */
        cost_usd: z.number(),
        reasoning_tokens: count,
        by_model: z.array(
          z.strictObject({
            model: text,
            steps: count,
            prompt_tokens: count,
            completion_tokens: count,
            total_tokens: count,
            cached_tokens: count,
            reasoning_tokens: count,
            cost_usd: z.number().optional(),
          }),
        ),
      })
      .partial({ cost_usd: true, reasoning_tokens: true, by_model: true }),
    created_at: text,
    completed_at: text,
    warnings: z.array(text),
    error: errorShape.extend({ hint: text.optional() }),
    /** Tool calls that wait for `respond_to_approval`. */
    pending_approvals: z.array(
      z.strictObject({
        tool_call_id: text,
        tool_name: text,
        arguments: text,
        /** If another agent's run makes the call, which this run waits for. */
        run_id: text.optional(),
      }),
    ),
    messages: z.array(messageShape),
    timeline: z.array(stepShape),
    hint: text,
    ...cut,
  })
  .partial()

/** A run in a list, with enough to choose one for `get_run`. */
export const shortRunShape = z.strictObject({
  run_id: text,
  agent_id: text,
  conversation_id: text,
  parent_run_id: text.optional(),
  status: z.enum(RUN_STATUSES),
  stop_reason: z.enum(STOP_REASONS).optional(),
  waiting_for: z.enum(WAITS).optional(),
  /** A task that another run began. */
  task: z.literal(true).optional(),
  /** The beginning of the message that started it. */
  message: text,
  steps: count,
  total_tokens: count,
  created_at: text,
  completed_at: text.optional(),
  error_code: z.enum(ERROR_CODES).optional(),
})

/** `done` of `total` units of work; `total` is absent while it is unknown. */
export const jobShape = z.strictObject({
  job_id: text,
  kind: text,
  agent_id: text.optional(),
  title: text,
  status: z.enum(JOB_STATUSES),
  done: count,
  total: count.optional(),
  error: errorShape.optional(),
  /** The outcome, in sentences. */
  report: text.optional(),
  /** When a waiting job goes on. */
  retry_at: text.optional(),
  created_at: text,
  completed_at: text.optional(),
})
