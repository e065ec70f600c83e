import { isRecord } from '../../core/is-record.ts'
import { MAX_BODY_BYTES } from '../../http/limits.ts'
import type { LargeBodies } from '../../http/read-body.ts'

/** The limit of `send_message`, whose arguments hold pictures. From the contract. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024

/** Calls of `send_message` may be larger than other requests. A client may write the name of a tool after its arguments. */
export const PICTURE_BODIES: LargeBodies = {
  maxBytes: MAX_MESSAGE_BYTES,
  mayBe: (begun) => begun.includes('"send_message"') || begun.includes('"images"'),
  is: (body) =>
    isRecord(body) &&
    body.method === 'tools/call' &&
    isRecord(body.params) &&
    body.params.name === 'send_message',
  tooLarge: `The request is larger than ${MAX_BODY_BYTES / 1024 ** 2} MiB (${MAX_MESSAGE_BYTES / 1024 ** 2} MiB for send_message).`,
}
