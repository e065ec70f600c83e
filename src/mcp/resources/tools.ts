import { listTools } from '../tools/list-tools.ts'
import { type Resource, readTool } from './define-resource.ts'

export const tools: Resource = {
  uri: 'recollect://tools',
  name: 'tools',
  title: 'Tools of agents',
  description: 'The tools that agents can have, newest first, then the built-in ones',
  mimeType: 'application/json',
  read: (_, context) => readTool(listTools, {}, context),
}
