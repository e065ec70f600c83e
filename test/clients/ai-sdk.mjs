import { createMCPClient } from '@ai-sdk/mcp'
import { Experimental_StdioMCPTransport as StdioTransport } from '@ai-sdk/mcp/mcp-stdio'

export async function open(target) {
  const transport =
    target.kind === 'http' ? { type: 'http', url: target.url } : new StdioTransport(target)
  const client = await createMCPClient({ transport })
  const tools = await client.tools()
  return {
    list: async () => Object.keys(tools),
    call: async (name, args) =>
      JSON.stringify(await tools[name].execute(args, { toolCallId: '1', messages: [] })),
    read: async (uri) => JSON.stringify(await client.readResource({ uri })),
    close: () => client.close(),
  }
}
