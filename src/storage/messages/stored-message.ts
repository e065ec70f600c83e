import type { Selectable } from 'kysely'
import { z } from 'zod'
import { storedId } from '../../core/ids.ts'
import type { Message, MessageBody } from '../../core/message.ts'
import type { Database } from '../database/schema.ts'
import { StoredPicture } from '../pictures/stored-picture.ts'

export type Row = Selectable<Database['message']>

const Fields = z.record(z.string(), z.unknown())
const StoredExtras = z.object({
  model: z.string(),
  wire: z.string(),
  message: Fields.optional(),
  calls: z.array(Fields.nullable()).optional(),
})
const CallId = z.string().transform((id) => storedId('call', id))
const Sender = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('agent'),
    agentId: z.string().transform((id) => storedId('agent', id)),
    name: z.string(),
    runId: z.string().transform((id) => storedId('run', id)),
    awaitsReply: z.boolean(),
  }),
  z.object({ kind: z.literal('server') }),
])
const Body: z.ZodType<MessageBody> = z.discriminatedUnion('role', [
  z.object({
    role: z.literal('user'),
    text: z.string(),
    pictures: z.array(StoredPicture).optional(),
  }),
  z.object({ role: z.literal('system'), text: z.string(), sender: Sender.optional() }),
  z.object({
    role: z.literal('assistant'),
    text: z.string(),
    reasoning: z.string(),
    toolCalls: z.array(z.object({ id: CallId, name: z.string(), arguments: z.string() })),
    said: z.array(z.string()),
    extras: StoredExtras.optional(),
    speaker: z
      .object({ agentId: z.string().transform((id) => storedId('agent', id)), name: z.string() })
      .optional(),
  }),
  z.object({
    role: z.literal('tool'),
    callId: CallId,
    toolName: z.string(),
    status: z.enum(['success', 'error']),
    text: z.string(),
  }),
])

export function messageOf(row: Omit<Row, 'row'>): Message {
  return {
    ...Body.parse(JSON.parse(row.body)),
    id: storedId('message', row.id),
    agentId: storedId('agent', row.agent_id),
    conversationId: storedId('conv', row.conversation_id),
    seq: row.seq,
    runId: row.run_id === null ? null : storedId('run', row.run_id),
    tokens: row.tokens,
    createdAt: row.created_at,
    ...(row.elsewhere === 1 && { elsewhere: true }),
  }
}
