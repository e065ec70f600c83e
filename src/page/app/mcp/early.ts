import type { Arguments } from './client.ts'
import { send } from './send.ts'

/*
 * Requests that are sent while the browser still reads the page. Their answers are taken by the first call that asks for
 * the same.
 */

declare global {
  var recollectEarly: Map<string, Promise<Response>> | undefined
}

const keyOf = (method: string, params: Arguments) => `${method} ${JSON.stringify(params)}`

export function sendEarly(
  calls: readonly (readonly [method: string, params: Arguments])[],
  token: string | null,
): void {
  globalThis.recollectEarly = new Map(
    calls.map(([method, params], place) => {
      const response = send({ id: -1 - place, method, params, token })
      // The call that takes it is told.
      response.catch(() => undefined)
      return [keyOf(method, params), response]
    }),
  )
}

export function takeEarly(method: string, params: Arguments): Promise<Response> | undefined {
  const key = keyOf(method, params)
  const response = globalThis.recollectEarly?.get(key)
  globalThis.recollectEarly?.delete(key)
  return response
}
