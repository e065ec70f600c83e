import type { SharedBlock } from '../core/block.ts'
import { NoRoomError, UserError } from '../core/errors.ts'
import type { AgentId } from '../core/ids.ts'
import type { McpContext } from './context.ts'
import { heldBy, type Own, refused, withoutOthers, withoutSender } from './pinned.ts'

export function pinBlocks(
  memory: McpContext['memory'],
  id: AgentId,
  own: Own,
): McpContext['memory'] {
  const alone = ({ block }: SharedBlock): SharedBlock => ({ block, sharedWith: [] })
  const edited = async (edit: Promise<SharedBlock>): Promise<SharedBlock> => {
    try {
      return alone(await edit)
    } catch (error) {
      if (!(error instanceof NoRoomError) || error.agentId === id) throw error
      // Another agent that shares the block has no room for it in its context.
      throw new UserError(
        'limit_exceeded',
        'The block must not become that long; nothing was changed. Make it shorter.',
      )
    }
  }
  return {
    async read(agent, label) {
      const { agentId, blocks } = await memory.read(own(agent), label)
      return { agentId, blocks: blocks.map(alone) }
    },
    write: async (agent, ...rest) => edited(memory.write(own(agent), ...rest)),
    replace: async (agent, ...rest) => edited(memory.replace(own(agent), ...rest)),
    append: async (agent, ...rest) => edited(memory.append(own(agent), ...rest)),
    list: refused,
    create: refused,
    walk: refused,
    get: refused,
    update: refused,
    remove: refused,
    async history(agent, ...rest) {
      const page = await memory.history(own(agent), ...rest)
      return { ...page, items: page.items.map((head) => withoutOthers(head, id)) }
    },
    diff: async (agent, ...rest) => memory.diff(own(agent), ...rest),
    restore: async (agent, ...rest) => edited(memory.restore(own(agent), ...rest)),
    asOf: async (agent, ...rest) => memory.asOf(own(agent), ...rest),
  }
}

export function pinArchives(
  archives: McpContext['archives'],
  id: AgentId,
  own: Own,
): McpContext['archives'] {
  return {
    async list(filter) {
      const page = await archives.list({ ...filter, agent: id })
      return { ...page, items: page.items.map((view) => heldBy(view, id)) }
    },
    create: async (archive) => heldBy(await archives.create({ ...archive, agent: id }), id),
    attach: refused,
    detach: async (agent, archiveId) => heldBy(await archives.detach(own(agent), archiveId), id),
    async walk(walk) {
      const views = await archives.walk({ ...walk, agent: id })
      return views.map((view) => heldBy(view, id))
    },
    get: refused,
    update: refused,
    remove: refused,
    async passages(walk) {
      if ('archiveId' in walk.of) return refused()
      return archives.passages({ ...walk, of: { agent: own(walk.of.agent) } })
    },
    insert: refused,
    removePassage: refused,
  }
}

export function pinRecall(
  { recall, conversations }: Pick<McpContext, 'recall' | 'conversations'>,
  id: AgentId,
  own: Own,
): McpContext['recall'] {
  return {
    async search(agent, filter) {
      const page = await recall.search(own(agent), filter)
      const items = page.items.map((hit) => ({ ...hit, item: withoutSender(hit.item) }))
      return { ...page, items }
    },
    async around(agent, ...rest) {
      return (await recall.around(own(agent), ...rest)).map(withoutSender)
    },
    async list(agent, limit) {
      return (await recall.list(own(agent), limit)).map(withoutSender)
    },
    async walk(walk) {
      if (walk.conversation !== undefined) await conversations.get(walk.conversation, id)
      return (await recall.walk({ ...walk, agent: own(walk.agent ?? id) })).map(withoutSender)
    },
    async get(messageId) {
      const message = await recall.get(messageId)
      if (message.agentId === id) return withoutSender(message)
      throw new UserError('not_found', `There is no message ${messageId}.`)
    },
  }
}
