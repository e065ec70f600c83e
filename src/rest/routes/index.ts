import type { Route } from '../call/route.ts'
import { agentRoutes } from './agents.ts'
import { archiveRoutes } from './archives.ts'
import { blockRoutes } from './blocks.ts'
import { contextRoutes } from './context.ts'
import { conversationRoutes } from './conversations.ts'
import { folderRoutes } from './folders.ts'
import { groupRoutes } from './groups.ts'
import { jobRoutes } from './jobs.ts'
import { mcpServerRoutes } from './mcp-servers.ts'
import { messageRoutes } from './messages.ts'
import { passageRoutes } from './passages.ts'
import { runRoutes } from './runs.ts'
import { scheduleRoutes } from './schedules.ts'
import { serverRoutes } from './server.ts'
import { toolRoutes } from './tools.ts'
import { transferRoutes } from './transfer.ts'

/** All of Letta's REST that is answered here. */
export const ROUTES: readonly Route[] = [
  ...serverRoutes,
  ...agentRoutes,
  ...blockRoutes,
  ...passageRoutes,
  ...archiveRoutes,
  ...folderRoutes,
  ...messageRoutes,
  ...conversationRoutes,
  ...runRoutes,
  ...contextRoutes,
  ...toolRoutes,
  ...mcpServerRoutes,
  ...transferRoutes,
  ...groupRoutes,
  ...scheduleRoutes,
  ...jobRoutes,
]
