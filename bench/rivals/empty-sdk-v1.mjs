// The least that a server on SDK v1 can be: no tools, not bundled.
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'

const server = new Server({ name: 'empty', version: '1.0.0' }, { capabilities: { tools: {} } })
await server.connect(new StdioServerTransport())
