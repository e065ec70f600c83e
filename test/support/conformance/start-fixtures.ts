import type { Server } from '@modelcontextprotocol/server'
import { type ServerFactory, serveSurface } from '../../../src/mcp/serve/server.ts'
import { type HttpServing, serveOverHttp } from '../../../src/mcp/transports/http.ts'
import { stubContext } from '../../mcp/stub-context.ts'
import { openToAll } from '../access.ts'
import { ASKING_TOOLS } from './asking-tools.ts'
import { plainTools } from './plain-tools.ts'
import { conformanceSurface } from './surface.ts'

/**
 * The suite's tools, resources and prompts on our router, server factory and HTTP transport. Logging over the protocol
 * is nothing that Recollect offers, for the protocol gives it up; the suite wants it of older servers, so it is put on.
 */
export async function startFixtures(): Promise<HttpServing> {
  const servers = new Set<Server>()
  const log = async (text: string) => {
    for (const server of servers) await server.sendLoggingMessage({ level: 'info', data: text })
  }
  const surface = conformanceSurface([...plainTools(log), ...ASKING_TOOLS])
  const createServer = serveSurface(surface, {
    version: '1.2.3',
    context: async () => stubContext(),
    log: () => undefined,
  })
  const createLogging = (request?: Parameters<ServerFactory>[0]) => {
    const server = createServer(request)
    server.registerCapabilities({ logging: {} })
    servers.add(server)
    const { onclose } = server
    server.onclose = () => {
      servers.delete(server)
      onclose?.()
    }
    return server
  }
  return serveOverHttp(Object.assign(createLogging, { feedAt: createServer.feedAt }), {
    host: '127.0.0.1',
    port: 0,
    version: '1.2.3',
    authenticate: openToAll,
    log: () => undefined,
  })
}
