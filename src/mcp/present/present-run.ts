import type { z } from 'zod'
import type { Message, MessageBody, ToolCall } from '../../core/message.ts'
import type { RunStep, RunView } from '../../core/run.ts'
import {
  isSettled,
  type Run,
  waitsForAgent,
  waitsForClient,
  waitsForModel,
} from '../../core/run.ts'
import { excerpt } from '../../core/text.ts'
import type { runShape, shortRunShape, stepShape } from './run-shapes.ts'
import type { messageShape } from './shapes.ts'

export type Entry = z.infer<typeof messageShape>

/** Characters of the message shown in a list of runs; chosen by hand. */
const EXCERPT_CHARACTERS = 80

/** The inner tool that sends a reply; its calls are shown as messages. */
const SPEAKING_TOOL = 'send_message'

export function presentRun(
  { run, reply, pendingApprovals, usageByModel }: RunView,
  messages?: readonly Message[],
  steps?: readonly RunStep[],
): z.infer<typeof runShape> {
  return {
    run_id: run.id,
    agent_id: run.agentId,
    conversation_id: run.conversationId,
    ...(run.parentRunId !== null && { parent_run_id: run.parentRunId }),
    status: run.status,
    reply,
    ...(run.stopReason !== null && { stop_reason: run.stopReason }),
    ...(run.waitingFor !== null && { waiting_for: run.waitingFor }),
    ...(run.retryAt !== null && run.waitingFor === 'retry' && { retry_at: run.retryAt }),
    steps: run.usage.steps,
    usage: {
      prompt_tokens: run.usage.promptTokens,
      completion_tokens: run.usage.completionTokens,
      total_tokens: run.usage.totalTokens,
      cached_tokens: run.usage.cachedTokens,
      steps: run.usage.steps,
      ...presentUsage(usageByModel),
    },
    created_at: run.createdAt,
    ...(run.completedAt !== null && { completed_at: run.completedAt }),
    warnings: [...run.warnings],
    ...(run.error !== null && { error: { ...run.error } }),
    ...(messages !== undefined && { messages: messages.flatMap(presentMessage) }),
    ...(steps !== undefined && { timeline: steps.map(presentStep) }),
    ...(pendingApprovals.length > 0 && {
      pending_approvals: pendingApprovals.map((call) => ({
        tool_call_id: call.callId,
        tool_name: call.toolName,
        arguments: call.arguments,
        ...(call.runId !== run.id && { run_id: call.runId }),
      })),
    }),
    ...hintFor(run),
  }
}

function presentUsage(byModel: RunView['usageByModel']) {
  if (!byModel || byModel.length === 0) return {}
  const costs = byModel.flatMap(({ cost }) => cost ?? [])
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
  return {
    reasoning_tokens: sum(byModel.map(({ reasoningTokens = 0 }) => reasoningTokens)),
    ...(costs.length > 0 && { cost_usd: sum(costs) }),
    by_model: byModel.map((one) => ({
      model: one.model,
      steps: one.steps,
      prompt_tokens: one.promptTokens,
      completion_tokens: one.completionTokens,
      total_tokens: one.totalTokens,
      cached_tokens: one.cachedTokens,
      reasoning_tokens: one.reasoningTokens ?? 0,
      ...(one.cost !== undefined && { cost_usd: one.cost }),
    })),
  }
}

function presentStep(step: RunStep): z.infer<typeof stepShape> {
  return {
    step: step.number,
    ...(step.model !== null && { model: step.model }),
    started_at: step.startedAt,
    ...(step.completedAt !== null && { completed_at: step.completedAt }),
    attempts: step.attempts,
    prompt_tokens: step.usage.promptTokens,
    completion_tokens: step.usage.completionTokens,
    cached_tokens: step.usage.cachedTokens,
    calls: step.calls.map((call) => ({
      tool_call_id: call.id,
      tool_name: call.name,
      ...(call.status !== null && { status: call.status }),
      ...(call.approval !== null && { approval: call.approval }),
    })),
  }
}

export function presentShortRun(run: Run): z.infer<typeof shortRunShape> {
  return {
    run_id: run.id,
    agent_id: run.agentId,
    conversation_id: run.conversationId,
    ...(run.parentRunId !== null && { parent_run_id: run.parentRunId }),
    status: run.status,
    ...(run.stopReason !== null && { stop_reason: run.stopReason }),
    ...(run.waitingFor !== null && { waiting_for: run.waitingFor }),
    ...(run.notice !== 'none' && { task: true as const }),
    message: excerpt(run.input, EXCERPT_CHARACTERS),
    steps: run.usage.steps,
    total_tokens: run.usage.totalTokens,
    created_at: run.createdAt,
    ...(run.completedAt !== null && { completed_at: run.completedAt }),
    ...(run.error !== null && { error_code: run.error.code }),
  }
}

function hintFor(run: Run): { hint?: string } {
  const { status } = run
  if (waitsForClient(run)) {
    return {
      hint: 'The agent does not go on by itself: do as `warnings` says, or call cancel_run.',
    }
  }
  if (waitsForModel(run)) {
    return {
      hint: 'The agent waits for its model and goes on by itself once that is there: `warnings` says what is missing. Call get_run later, or cancel_run.',
    }
  }
  if (status === 'requires_approval') {
    return {
      hint: 'The agent waits for a person to approve the calls in pending_approvals. Ask, then call respond_to_approval with this run_id.',
    }
  }
  if (waitsForAgent(run)) {
    return {
      hint: 'The agent waits for a reply of another agent and goes on by itself. Call get_run with this run_id later; calls in pending_approvals, if any, wait for respond_to_approval.',
    }
  }
  if (isSettled(run)) return {}
  return {
    hint: 'The agent is still at work and goes on by itself. Call get_run with this run_id for its reply.',
  }
}

/** One stored message can give several entries, which share its id. */
export function presentMessage(message: Message): readonly Entry[] {
  const base = { id: message.id, created_at: message.createdAt }
  switch (message.role) {
    case 'user':
      return [{ ...base, type: 'user_message', text: message.text, ...presentImages(message) }]
    case 'system':
      return [{ ...base, type: 'system_message', text: sentText(message) }]
    case 'tool':
      if (message.toolName === SPEAKING_TOOL) return []
      return [
        {
          ...base,
          type: 'tool_return_message',
          tool_call_id: message.callId,
          status: message.status,
          text: message.text,
        },
      ]
    case 'assistant':
      return [
        ...thoughtsOf(message).map((text) => ({
          ...base,
          type: 'reasoning_message' as const,
          text,
        })),
        ...message.toolCalls
          .filter((call) => call.name !== SPEAKING_TOOL)
          .map((call) => ({ ...base, ...presentToolCall(call) })),
        ...message.said.map((text) => ({ ...base, type: 'assistant_message' as const, text })),
      ]
  }
}

function sentText({ text, sender }: Extract<Message, { role: 'system' }>): string {
  return sender?.kind === 'agent' ? `From the agent ${sender.name}: ${text}` : text
}

export function presentImages(message: MessageBody) {
  if (message.role !== 'user' || !message.pictures) return {}
  const images = message.pictures.map(({ mediaType, width, height, size }) => ({
    media_type: mediaType,
    width,
    height,
    bytes: size,
  }))
  return { images }
}

/** Text the model did not send to the user: its reasoning, and text beside tool calls. */
function thoughtsOf(message: Extract<Message, { role: 'assistant' }>): readonly string[] {
  const aside = message.said.includes(message.text) ? '' : message.text
  return [message.reasoning, aside].filter((text) => text !== '')
}

function presentToolCall(call: ToolCall) {
  return {
    type: 'tool_call_message' as const,
    tool_name: call.name,
    arguments: call.arguments,
    tool_call_id: call.id,
  }
}
