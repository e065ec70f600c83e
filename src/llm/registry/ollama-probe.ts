import { connect } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import * as z from 'zod'
import type { ProviderEndpoint } from '../providers.ts'
import { getJson, LIST_MILLISECONDS, readListing } from './list-models.ts'

/** Model servers that have answered before, whichever process of this data asked them. */
export interface KnownEndpoints {
  hasAnswered(baseUrl: string): Promise<boolean>
  noteAnswer(baseUrl: string): Promise<void>
}

/** Nobody who has no Ollama waits longer for it than this, */
const CONNECT_MILLISECONDS = 300
/** and one that is there, or was, may be busy for so long. As the contract has them. */
const ANSWER_MILLISECONDS = 3_000

const Version = z.object({ version: z.string() })

/** Asks for the models of the Ollama at an endpoint; null: none answers. */
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

/** Somebody listens there. A process that is busy with its own start may hear of it late. */
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
        // What has happened while the timer was overdue is heard of first.
        await setImmediate()
        resolve(false)
      }, CONNECT_MILLISECONDS).unref()
    })
  } finally {
    socket.destroy()
  }
}
