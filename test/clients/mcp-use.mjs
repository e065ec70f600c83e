import { MCPClient } from 'mcp-use/client'

export async function open(target) {
  const { kind, home: _home, ...stdio } = target
  const server = kind === 'http' ? { url: target.url } : stdio
  const client = MCPClient.fromDict({ mcpServers: { recollect: server } })
  const session = await client.createSession('recollect')
  return {
    list: async () => (await session.listTools()).map(({ name }) => name),
    call: async (name, args) => JSON.stringify(await session.callTool(name, args)),
    read: async (uri) => JSON.stringify(await session.readResource(uri)),
    close: () => client.closeAllSessions(),
  }
}
