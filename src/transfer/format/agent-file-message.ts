import { z } from 'zod'
import { type Id, type IdPrefix, isId } from '../../core/ids.ts'
import { list } from '../../core/limited.ts'
import { MAX_PICTURES, PICTURE_TYPES } from '../../core/picture.ts'
import { key, moment, positive, text, toolName } from './agent-file-fields.ts'

const fields = z.record(z.string(), z.unknown())

/** Opaque data that a model's provider needs back with the model's message. */
export const extras = z.strictObject({
  model: text,
  wire: text,
  message: fields.optional(),
  calls: z.array(fields.nullable()).optional(),
})

/** Not sent to any model; since format version 2. */
const hidden = z.boolean().optional()
/** Number of its conversation in `conversations`, from 1; absent: the default one. Since format version 3. */
const place = { conversation: positive.optional() }
/** From a coding assistant's session; since format version 2. */
const elsewhere = z.literal(true).optional()

export const idOf = <P extends IdPrefix>(prefix: P) =>
  key.refine((id): id is Id<P> => isId(prefix, id), `expected the id of a ${prefix}`)

/** Another agent, or the server; since format version 3. */
export const sender = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('agent'),
    agent_id: idOf('agent'),
    name: text,
    run_id: idOf('run'),
    awaits_reply: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('server') }),
])

export const digest = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in hexadecimal')

/** A picture of a message, whose bytes are in `pictures` of the file. */
export const shownPicture = z.strictObject({
  digest,
  media_type: z.enum(PICTURE_TYPES),
  bytes: positive,
  width: positive,
  height: positive,
})

export const message = z.discriminatedUnion('role', [
  z.strictObject({
    role: z.literal('user'),
    created_at: moment,
    hidden,
    ...place,
    text,
    /** Since format version 3. */
    pictures: list(shownPicture, MAX_PICTURES).optional(),
    elsewhere,
  }),
  z.strictObject({
    role: z.literal('system'),
    created_at: moment,
    hidden,
    ...place,
    text,
    sender: sender.optional(),
  }),
  z.strictObject({
    role: z.literal('assistant'),
    created_at: moment,
    hidden,
    ...place,
    text,
    reasoning: text,
    tool_calls: z.array(z.strictObject({ id: key, name: toolName, arguments: text })),
    said: z.array(text),
    /** Another agent, to which the conversation was handed off; since format version 3. */
    speaker: z.strictObject({ agent_id: idOf('agent'), name: text }).optional(),
    /** Since format version 2. */
    extras: extras.optional(),
    elsewhere,
  }),
  z.strictObject({
    role: z.literal('tool'),
    created_at: moment,
    hidden,
    ...place,
    call_id: key,
    tool_name: toolName,
    status: z.enum(['success', 'error']),
    text,
  }),
])
