import { listGroups } from '../tools/list-groups.ts'
import { type Resource, readTool } from './define-resource.ts'

export const group: Resource = {
  uri: 'recollect://groups/{group_id}',
  name: 'group',
  title: 'Group of agents',
  description: 'A group: its manager, its members, and its limit of turns',
  mimeType: 'application/json',
  read: ({ group_id }, context) => readTool(listGroups, { group_id }, context),
}
