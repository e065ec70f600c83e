import { ProtocolErrorCode, parseJSONRPCMessage } from '@modelcontextprotocol/server'
import { isRecord } from '../../core/is-record.ts'
import { isTooDeep, MAX_BODY_BYTES, TOO_DEEP } from '../../http/limits.ts'
import { PICTURE_BODIES } from './picture-bodies.ts'

/** JSON-RPC error for a line that is not a valid message. */
export interface LineRefusal {
  readonly jsonrpc: '2.0'
  readonly error: { readonly code: number; readonly message: string }
  /** Null if the request's id cannot be determined. */
  readonly id: string | number | null
}

export const TOO_LONG = tooLong()

/** Why a line cannot be handled; undefined if it is a message or needs no answer. */
export function judgeLine(line: string): LineRefusal | undefined {
  if (isTooDeep(line)) return refuse(ProtocolErrorCode.InvalidRequest, TOO_DEEP)
  const value = parse(line)
  if (value === undefined) return refuse(ProtocolErrorCode.ParseError, 'The line is not JSON.')
  if (line.length > MAX_BODY_BYTES && !PICTURE_BODIES.is(value)) return tooLong(idOf(value))
  if (isMessage(value) || isAnswer(value)) return undefined
  if (Array.isArray(value)) {
    return refuse(ProtocolErrorCode.InvalidRequest, 'Send one message a line, and no lists.')
  }
  return refuse(
    ProtocolErrorCode.InvalidRequest,
    'This is no JSON-RPC 2.0 message: it needs "jsonrpc": "2.0", a text as method and, if any, an object as params and a text or whole number as id.',
    idOf(value),
  )
}

function tooLong(id: LineRefusal['id'] = null): LineRefusal {
  return refuse(ProtocolErrorCode.InvalidRequest, PICTURE_BODIES.tooLarge, id)
}

function refuse(code: number, message: string, id: LineRefusal['id'] = null): LineRefusal {
  return { jsonrpc: '2.0', error: { code, message }, id }
}

/** Undefined if the line is not JSON. */
function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function isMessage(value: unknown): boolean {
  try {
    parseJSONRPCMessage(value)
    return true
  } catch {
    return false
  }
}

/** An invalid response is not answered, so that two programs never refuse each other's refusals for ever. */
function isAnswer(value: unknown): boolean {
  return isRecord(value) && !('method' in value) && ('result' in value || 'error' in value)
}

function idOf(value: unknown): LineRefusal['id'] {
  const id = isRecord(value) ? value.id : undefined
  return typeof id === 'string' || typeof id === 'number' ? id : null
}
