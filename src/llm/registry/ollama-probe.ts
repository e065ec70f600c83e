import { connect } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import * as z from 'zod'
import type { ProviderEndpoint } from '../providers.ts'
import { getJson, LIST_MILLISECONDS, readListing } from './list-models.ts'

/** Model servers that have answered before, to any process on this data. */
export interface KnownEndpoints {
  hasAnswered(baseUrl: string): Promise<boolean>
  noteAnswer(baseUrl: string): Promise<void>
}

/** Time to connect, short so that users without Ollama hardly wait. From the contract. */
const CONNECT_MILLISECONDS = 300
/** Time to answer for a server that is there, or was before, and may be busy. From the contract. */
const ANSWER_MILLISECONDS = 3_000

const Version = z.object({ version: z.string() })

/** Lists the models of the Ollama at an endpoint; null: none answers. */
export function createOllamaProbe(known?: KnownEndpoints) {
  return async (endpoint: ProviderEndpoint): Promise<readonly string[] | null> => {
    const server = endpoint.baseUrl.replace(/\/v1$/, '')
    const hasAnswered = await known?.hasAnswered(endpoint.baseUrl)
    if (hasAnswered !== true && !(await listens(server))) return null
    const version = await getJson(`${server}/api/version`, ANSWER_MILLISECONDS)
    if (!Version.safeParse(version).success) return null
    await known?.noteAnswer(endpoint.baseUrl)
    return readListing(await getJson(`${server}/api/tags`, LIST_MILLISECONDS)) ?? []
  }
}

/** Whether a server accepts connections. A process busy with its own start may notice late. */
async function listens(server: string): Promise<boolean> {
  const { hostname, port, protocol } = new URL(server)
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
  })
  try {
    return await new Promise((resolve) => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
      setTimeout(async () => {
        // Lets pending events run first: the connection may have succeeded while the timer was overdue.
        await setImmediate()
        resolve(false)
      }, CONNECT_MILLISECONDS).unref()
    })
  } finally {
    socket.destroy()
  }
}
