import { expect } from 'vitest'
import { callTool, type ReceivedRequest } from '../support/scripted-provider.ts'
import { type RealServer, startRealServer } from './real-server.ts'

/* Servers whose model sees pictures. */

const opened: RealServer[] = []
export async function start(...[toolsets, settings, change]: Parameters<typeof startRealServer>) {
  const server = await startRealServer(toolsets ?? ['core', 'transfer', 'admin'], settings, change)
  server.provider.respondWith(() => callTool('send_message', { message: 'I see.' }))
  opened.push(server)
  return server
}
export async function closeServers(): Promise<void> {
  for (const server of opened.splice(0)) await server.close()
}

export async function newAgent({ answer }: RealServer): Promise<string> {
  return (await answer('create_agent', {})).agent.id
}

/** The pictures of a request, in order. */
export function shown({ body }: ReceivedRequest): readonly string[] {
  const parts = body.messages.flatMap(({ content }: { content: unknown }) =>
    Array.isArray(content) ? content : [],
  )
  return parts.flatMap((part: { type: string; image_url?: { url: string } }) =>
    part.type === 'image_url' ? [part.image_url?.url] : [],
  )
}
export const lastShown = ({ provider }: RealServer) =>
  shown(provider.requests.at(-1) ?? expect.unreachable())
export const lastText = ({ provider }: RealServer) =>
  JSON.stringify(provider.requests.at(-1)?.body.messages)
