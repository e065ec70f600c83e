import { ProtocolErrorCode } from '@modelcontextprotocol/server'
import type { ErrorCode } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import { toUserError } from './to-result.ts'

/** Converts a thrown value to a JSON-RPC error. */
export function rpcError(error: unknown, log: Log) {
  const { code, message } = toUserError(error, log)
  return { code: numberOf(code), message, data: { code } }
}

function numberOf(code: ErrorCode): number {
  switch (code) {
    case 'not_found':
    case 'invalid_argument':
    case 'limit_exceeded':
    case 'conflict':
    case 'read_only':
    case 'unsupported':
      return ProtocolErrorCode.InvalidParams
    case 'unauthorized':
      return ProtocolErrorCode.InvalidRequest
    default:
      return ProtocolErrorCode.InternalError
  }
}
