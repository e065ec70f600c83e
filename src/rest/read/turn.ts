import { z } from 'zod'
import type { ClientTool, RunInput } from '../../core/client-run.ts'
import { UserError } from '../../core/errors.ts'
import { isRecord } from '../../core/is-record.ts'
import { readBody, record } from './body.ts'
import { content, readContent } from './content.ts'

const approval = z.object({
  type: z.string().optional(),
  tool_call_id: z.string(),
  approve: z.boolean().optional(),
  reason: z.string().optional(),
  tool_return: z.unknown().optional(),
  status: z.enum(['success', 'error']).optional(),
})

const message = z.object({
  type: z.string().optional(),
  role: z.string().optional(),
  content: content.optional(),
  otid: z.string().optional(),
  approvals: z.array(approval).optional(),
  tool_returns: z.array(approval).optional(),
  approve: z.boolean().optional(),
  approval_request_id: z.string().optional(),
  reason: z.string().optional(),
})
type GivenMessage = z.infer<typeof message>

const clientTool = z.object({
  name: z.string().min(1).max(100),
  description: z.string().optional(),
  parameters: record.optional(),
})

const turnBody = z.object({
  messages: z.array(message).optional(),
  input: content.optional(),
  max_steps: z.number().int().min(1).max(1_000).optional(),
  streaming: z.boolean().optional(),
  stream_tokens: z.boolean().optional(),
  include_pings: z.boolean().optional(),
  background: z.boolean().optional(),
  client_tools: z.array(clientTool).max(100).optional(),
  use_assistant_message: z.boolean().optional(),
  include_return_message_types: z.array(z.string()).optional(),
  callback_url: z.string().optional(),
  agent_id: z.string().optional(),
})

/** How an answer is written. */
export interface TurnView {
  readonly streaming: boolean | undefined
  readonly tokens: boolean
  readonly pings: boolean
  /** Every event carries a number, so that the rest of the stream can be had later. */
  readonly numbered: boolean
  readonly speaksAsMessage: boolean
  /** Undefined: all. */
  readonly types: ReadonlySet<string> | undefined
}

/** A decision about a call, or its result. */
export interface Decision {
  /** Undefined: all calls that wait. */
  readonly callId: string | undefined
  readonly approve: boolean
  readonly reason?: string | undefined
  readonly result?: { readonly status: 'success' | 'error'; readonly text: string } | undefined
}

export type Turn = { readonly view: TurnView; readonly agentId: string | undefined } & (
  | {
      readonly kind: 'message'
      readonly inputs: readonly RunInput[]
      /** Pictures of its messages, shown with the last one. */
      readonly images: readonly string[]
      readonly clientTools: readonly ClientTool[] | undefined
      readonly maxSteps: number | undefined
      /** The client's own id of the message: the same one is the same message. */
      readonly otid: string | undefined
    }
  | { readonly kind: 'decision'; readonly decisions: readonly Decision[] }
)

/** Throws a UserError if the body is no message and no answer to an approval. */
export function readTurn(body: unknown): Turn {
  const given = readBody(turnBody, body)
  if (given.callback_url !== undefined) {
    throw new UserError(
      'invalid_argument',
      'This server calls nobody back: leave callback_url out, and ask for the run.',
    )
  }
  const view: TurnView = {
    streaming: given.streaming,
    tokens: given.stream_tokens ?? false,
    pings: given.include_pings ?? true,
    numbered: given.background ?? false,
    speaksAsMessage: given.use_assistant_message ?? true,
    types: given.include_return_message_types && new Set(given.include_return_message_types),
  }
  const messages = messagesOf(given)
  const base = { view, agentId: given.agent_id }
  const decisions = messages.flatMap(decisionsIn)
  if (decisions.length > 0) return { ...base, kind: 'decision', decisions }
  return {
    ...base,
    kind: 'message',
    ...readInputs(messages),
    clientTools: given.client_tools?.map(({ name, description = '', parameters = {} }) => ({
      name,
      description,
      parameters,
    })),
    maxSteps: given.max_steps,
    otid: messages.at(-1)?.otid,
  }
}

function messagesOf({ messages, input }: z.infer<typeof turnBody>): readonly GivenMessage[] {
  if (messages !== undefined && input !== undefined)
    throw new UserError('invalid_argument', 'Give messages or input, not both.')
  const all = messages ?? (input === undefined ? [] : [{ role: 'user', content: input }])
  if (all.length > 0) return all
  throw new UserError('invalid_argument', 'There is no message: give messages or input.')
}

function readInputs(messages: readonly GivenMessage[]) {
  const read = messages.map((message, index) => ({
    role: roleOf(message, index),
    ...readContent(message.content ?? '', `messages.${index}`),
  }))
  const images = read.flatMap((message) => message.images)
  if (images.length > 0 && read.at(-1)?.role !== 'user') {
    throw new UserError(
      'invalid_argument',
      'Pictures come with a message of the user, which must be the last one.',
    )
  }
  return { inputs: read.map(({ role, text }) => ({ role, text })), images }
}

function roleOf({ role = 'user' }: GivenMessage, index: number): RunInput['role'] {
  if (role === 'user' || role === 'system' || role === 'assistant') return role
  throw new UserError(
    'invalid_argument',
    `messages.${index}.role is ${JSON.stringify(role)}, and needed is user, system or assistant.`,
  )
}

function decisionsIn(given: GivenMessage): readonly Decision[] {
  const { approvals, tool_returns: returns, approve, approval_request_id, reason } = given
  const answers = approvals ?? returns
  if (answers) return answers.map(readDecision)
  if (given.type !== 'approval' && approval_request_id === undefined) return []
  return [{ callId: undefined, approve: approve ?? false, reason }]
}

function readDecision(given: z.infer<typeof approval>): Decision {
  const { tool_call_id: callId, tool_return: back, approve, reason, status = 'success' } = given
  if (given.type === 'tool' || (approve === undefined && back !== undefined)) {
    return { callId, approve: true, result: { status, text: returned(back) } }
  }
  return { callId, approve: approve ?? false, reason }
}

function returned(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) {
    const texts = value.map((one) =>
      isRecord(one) && typeof one.text === 'string' ? one.text : '',
    )
    if (texts.some((text) => text !== '')) return texts.join('')
  }
  return JSON.stringify(value ?? null)
}
