import { getTool } from '../tools/get-tool.ts'
import { type Resource, readTool } from './define-resource.ts'

export const tool: Resource = {
  uri: 'recollect://tools/{tool_id}',
  name: 'tool',
  title: 'Tool of agents',
  description: 'A tool that agents can have: its source, parameters and rights',
  mimeType: 'application/json',
  read: ({ tool_id }, context) => readTool(getTool, { tool: tool_id }, context),
}
