import { UserError } from '../../core/errors.ts'
import type { Resource } from './define-resource.ts'

export const memoryBlock: Resource = {
  uri: 'recollect://agents/{agent_id}/memory/{label}',
  name: 'memory_block',
  title: 'Memory block',
  description: "The value of one of an agent's memory blocks",
  mimeType: 'text/plain',
  async read({ agent_id = '', label = '' }, context) {
    const { blocks } = await context.memory.read(agent_id, label)
    const found = blocks[0]
    if (found === undefined)
      throw new UserError('not_found', 'The agent has no block of that label.')
    return found.block.value
  },
}
