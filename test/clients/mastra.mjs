import { MCPClient } from '@mastra/mcp'

export async function open(target) {
  const server = target.kind === 'http' ? { url: new URL(target.url) } : target
  const client = new MCPClient({ id: target.kind, servers: { recollect: server } })
  const tools = await client.listTools()
  return {
    list: async () => Object.keys(tools).map((name) => name.replace(/^recollect_/, '')),
    call: async (name, args) => JSON.stringify(await tools[`recollect_${name}`].execute(args, {})),
    read: async (uri) => JSON.stringify(await client.resources.read('recollect', uri)),
    close: () => client.disconnect(),
  }
}
