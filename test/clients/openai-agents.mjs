import { MCPServerStdio, MCPServerStreamableHttp } from '@openai/agents'

export async function open(target) {
  const server =
    target.kind === 'http'
      ? new MCPServerStreamableHttp({ url: target.url, name: 'recollect' })
      : new MCPServerStdio({ ...target, name: 'recollect' })
  await server.connect()
  return {
    list: async () => (await server.listTools()).map(({ name }) => name),
    call: async (name, args) => JSON.stringify(await server.callTool(name, args)),
    read: async (uri) => JSON.stringify(await server.readResource(uri)),
    close: () => server.close(),
  }
}
