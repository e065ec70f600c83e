import { searchConversation } from '../tools/search-conversation.ts'
import { type Resource, readTool } from './define-resource.ts'

export const agentMessages: Resource = {
  uri: 'recollect://agents/{agent_id}/messages',
  name: 'agent_messages',
  title: 'Conversation of an agent',
  description: 'What was last said to and by an agent, newest first',
  mimeType: 'application/json',
  read: ({ agent_id }, context) => readTool(searchConversation, { agent: agent_id }, context),
}
