import { ProtocolErrorCode } from '@modelcontextprotocol/server'
import type { Log } from '../core/log.ts'
import { toUserError } from './to-result.ts'

/** Something thrown, as JSON-RPC has it. */
export function rpcError(error: unknown, log: Log) {
  const { code, message } = toUserError(error, log)
  const isCallers = code === 'not_found' || code === 'invalid_argument'
  const number = isCallers ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError
  return { code: number, message, data: { code } }
}
