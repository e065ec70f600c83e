import { isJSONRPCRequest, type JSONRPCRequest } from '@modelcontextprotocol/server'
import { isRecord } from '../../core/is-record.ts'

export const LISTEN = 'subscriptions/listen'

export function isListen(message: unknown): message is JSONRPCRequest {
  return isJSONRPCRequest(message) && message.method === LISTEN
}

/** The resource URIs in a listen request. The SDK validates the rest. */
export function listenedUris({ params }: JSONRPCRequest): readonly string[] {
  const notifications = params?.notifications
  const uris = isRecord(notifications) ? notifications.resourceSubscriptions : undefined
  return Array.isArray(uris) && uris.every((uri) => typeof uri === 'string') ? uris : []
}
