import { isJSONRPCRequest, type JSONRPCRequest } from '@modelcontextprotocol/server'
import { z } from 'zod'

export const LISTEN = 'subscriptions/listen'

/** The part of `subscriptions/listen` that is ours; the SDK checks the whole. */
const Filter = z.object({
  notifications: z.object({ resourceSubscriptions: z.array(z.string()).optional() }),
})

export function isListen(message: unknown): message is JSONRPCRequest {
  return isJSONRPCRequest(message) && message.method === LISTEN
}

/** The resources that the client wants to be told of. */
export function listenedUris({ params }: JSONRPCRequest): readonly string[] {
  const { data } = Filter.safeParse(params)
  return data?.notifications.resourceSubscriptions ?? []
}
