import { z } from 'zod'
import { defineTool, READS } from '../call/define-tool.ts'
import { answer, cut } from '../present/shapes.ts'

export const listToolServers = defineTool({
  name: 'list_tool_servers',
  title: 'List tool servers',
  description:
    'Lists the MCP servers whose tools agents can have. The operator of this server names them in a file.',
  input: z.strictObject({}),
  output: answer({
    servers: z.array(
      z.strictObject({
        name: z.string(),
        transport: z.string(),
        status: z.string(),
        tools: z.int(),
        error: z.string().optional(),
      }),
    ),
    ...cut,
  }),
  scope: 'read',
  annotations: READS,
  async run(_, context) {
    const servers = await context.tools.servers()
    return { servers: servers.map((server) => ({ ...server })) }
  },
})
