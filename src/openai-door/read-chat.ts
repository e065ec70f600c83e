import { z } from 'zod'
import type { ClientTool } from '../core/client-run.ts'
import { UserError } from '../core/errors.ts'
import { readBody, record } from '../rest/read/body.ts'
import { content, readContent } from '../rest/read/content.ts'

const toolCall = z.object({ id: z.string() })

const message = z.object({
  role: z.string(),
  content: content.optional(),
  tool_calls: z.array(toolCall).optional(),
  tool_call_id: z.string().optional(),
})

const tool = z.object({
  type: z.string(),
  function: z.object({
    name: z.string().min(1).max(100),
    description: z.string().optional(),
    parameters: record.optional(),
  }),
})

const chatBody = z.object({
  model: z.string(),
  messages: z.array(message).min(1),
  stream: z.boolean().optional(),
  stream_options: z.object({ include_usage: z.boolean().optional() }).optional(),
  tools: z.array(tool).max(100).optional(),
  user: z.string().optional(),
})

/** A message of the caller's transcript. */
export interface ChatMessage {
  readonly role: 'user' | 'assistant' | 'tool'
  readonly text: string
  /** Pictures: data URLs, or https addresses. */
  readonly images: readonly string[]
  /** Calls that an assistant's message makes. */
  readonly callIds: readonly string[]
  /** The call that a tool's message answers. */
  readonly answers?: string | undefined
}

export interface Chat {
  /** Id or name of the agent. */
  readonly model: string
  /** Without the caller's instructions: an agent has its own. */
  readonly messages: readonly ChatMessage[]
  readonly stream: boolean
  readonly includesUsage: boolean
  readonly clientTools: readonly ClientTool[] | undefined
  readonly user: string | undefined
}

/** Roles of instructions, which every frontend sends of its own accord. */
const INSTRUCTIONS = ['system', 'developer']

export function readChat(body: unknown): Chat {
  const given = readBody(chatBody, body)
  const messages = given.messages
    .filter(({ role }) => !INSTRUCTIONS.includes(role))
    .map(readMessage)
  if (messages.length === 0)
    throw new UserError('invalid_argument', 'messages holds nothing that somebody said.')
  return {
    model: given.model,
    messages,
    stream: given.stream ?? false,
    includesUsage: given.stream_options?.include_usage ?? false,
    clientTools: given.tools?.map(({ function: { name, description = '', parameters = {} } }) => ({
      name,
      description,
      parameters,
    })),
    user: given.user,
  }
}

function readMessage(given: z.infer<typeof message>, index: number): ChatMessage {
  const { role, tool_calls = [], tool_call_id: answers } = given
  if (role !== 'user' && role !== 'assistant' && role !== 'tool') {
    throw new UserError(
      'invalid_argument',
      `A message has the role ${JSON.stringify(role)}, and needed is system, user, assistant or tool.`,
    )
  }
  const callIds = tool_calls.map(({ id }) => id)
  return { role, ...readContent(given.content ?? '', `messages.${index}`), callIds, answers }
}
