import { UserError } from '../../core/errors.ts'
import type { ToolServerView } from '../../core/tool-view.ts'
import type { McpContext } from '../../service/context.ts'
import { type Route, route } from '../call/route.ts'
import { toolServerId } from '../present/tool-id.ts'
import { pageOfIds } from '../read/page-of-ids.ts'
import { allTools } from './tools-of.ts'

/* The servers whose tools agents may have. Only the operator names them. */

export const mcpServerRoutes: readonly Route[] = [
  route('GET', '/v1/mcp-servers', 'read', async ({ query, context }) => {
    const servers = (await serversOf(context)).map(presentServer)
    return pageOfIds(servers, ({ id }) => id, query.walk({ order: 'asc', limit: 50 }))
  }),

  route('GET', '/v1/mcp-servers/{mcp_server_id}', 'read', async ({ params, context }) =>
    presentServer(await findServer(context, params.mcp_server_id)),
  ),

  route('GET', '/v1/mcp-servers/{mcp_server_id}/tools', 'read', async ({ params, context }) =>
    toolsOfServer(context, params.mcp_server_id),
  ),

  route(
    'GET',
    '/v1/mcp-servers/{mcp_server_id}/tools/{tool_id}',
    'read',
    async ({ params: { mcp_server_id, tool_id }, context }) => {
      const tools = await toolsOfServer(context, mcp_server_id)
      const found = tools.find(({ id }) => id === tool_id)
      if (found) return found
      throw new UserError('not_found', `The MCP server has no tool ${tool_id}.`)
    },
  ),
]

async function toolsOfServer(context: McpContext, serverId: string) {
  const { name } = await findServer(context, serverId)
  return (await allTools(context)).filter(({ tags }) => tags.includes(`mcp:${name}`))
}

/** A client of one agent is not told of servers. */
async function serversOf({ pinnedTo, tools }: McpContext): Promise<readonly ToolServerView[]> {
  return pinnedTo === undefined ? tools.servers() : []
}

async function findServer(context: McpContext, id: string): Promise<ToolServerView> {
  const found = (await serversOf(context)).find(({ name }) => toolServerId(name) === id)
  if (found) return found
  throw new UserError('not_found', `There is no MCP server ${id}. GET /v1/mcp-servers/ lists them.`)
}

function presentServer({ name, transport, status }: ToolServerView) {
  return {
    id: toolServerId(name),
    server_name: name,
    mcp_server_type: transport === 'stdio' ? 'stdio' : 'streamable_http',
    status,
    // Addresses and commands may hold secrets.
    server_url: null,
    command: null,
    args: [],
  }
}
