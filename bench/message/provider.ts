import { fork } from 'node:child_process'
import { once } from 'node:events'
import { callTool, startScriptedProvider } from '../../test/support/scripted-provider.ts'

/** Tells the bench that it is the provider's process. */
const ROLE = 'BENCH_ROLE'

export const isProvider = process.env[ROLE] === 'provider'

/**
 * The model, in a process of its own, so that its processor time is not counted: it answers at once, a message of the
 * user with a passage to remember, and the result of that with a reply.
 */
export async function startProvider(): Promise<{ readonly baseUrl: string; close(): void }> {
  const child = fork(process.argv[1] ?? '', [], { env: { ...process.env, [ROLE]: 'provider' } })
  const [baseUrl] = (await once(child, 'message')) as [string]
  return { baseUrl, close: () => void child.kill() }
}

export async function provide(): Promise<void> {
  const provider = await startScriptedProvider()
  let facts = 0
  provider.respondWith((body) => {
    if (body.messages.at(-1)?.role !== 'user')
      return callTool('send_message', { message: 'Noted.' })
    facts += 1
    return callTool('archival_memory_insert', { content: `fact ${facts}`, request_heartbeat: true })
  })
  process.once('disconnect', () => process.exit())
  process.send?.(provider.baseUrl)
}
