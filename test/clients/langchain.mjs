import { MultiServerMCPClient } from '@langchain/mcp-adapters'

export async function open(target) {
  const server =
    target.kind === 'http'
      ? { transport: 'http', url: target.url }
      : { transport: 'stdio', ...target }
  const client = new MultiServerMCPClient({ mcpServers: { recollect: server } })
  const tools = await client.getTools()
  return {
    list: async () => tools.map(({ name }) => name),
    call: async (name, args) =>
      JSON.stringify(await tools.find((tool) => tool.name === name).invoke(args)),
    read: async (uri) => {
      const recollect = await client.getClient('recollect')
      return JSON.stringify(await recollect.readResource({ uri }))
    },
    close: () => client.close(),
  }
}
