import { ProtocolErrorCode } from '@modelcontextprotocol/server'
import type { Log } from '../core/log.ts'
import { toUserError } from './to-result.ts'

/** What is wrong on our side, as JSON-RPC has it. */
export function rpcError(error: unknown, log: Log) {
  const { code, message } = toUserError(error, log)
  return { code: ProtocolErrorCode.InternalError, message, data: { code } }
}
