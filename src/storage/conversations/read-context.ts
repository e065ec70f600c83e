import type { AgentId, ConversationId } from '../../core/ids.ts'
import type { Message } from '../../core/message.ts'
import { passagesOfAgent } from '../agents/passages-of-agent.ts'
import { blocksOfAgent, readBlocks } from '../blocks/block-rows.ts'
import { lockable } from '../database/compiled.ts'
import type { Sight } from '../database/message-cache.ts'
import type { QueryScope } from '../database/query-scope.ts'
import { keysOf, readKeys } from '../messages/message-keys.ts'
import { messagesByKeys } from '../messages/messages-by-keys.ts'
import type { StoredContext } from '../port/store.ts'
import { type Named, selectState, toState } from './context-state.ts'

interface Asked extends Named {
  readonly agent: AgentId
  /** Bounds of the messages that are known. */
  readonly from: number
  readonly last: number
}

/**
 * Beside the state: the messages in sight after the last known one, and the number of those up to it. Messages are only
 * added behind, and only ever hidden or deleted, so the same number means the same messages.
 */
const contextOf = lockable('conversation', (db, asked: Asked, lock, dialect) =>
  selectState(db, asked)
    .select(['agent.last_message', 'agent.deleted_messages'])
    .select(({ selectFrom }) => [
      passagesOfAgent(selectFrom),
      blocksOfAgent(selectFrom, dialect, asked),
      selectFrom('message')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .whereRef('message.namespace', '=', 'conversation.namespace')
        .whereRef('message.conversation_id', '=', 'conversation.id')
        .where('message.elsewhere', '=', 0)
        .where('message.hidden', '=', 0)
        .where('message.seq', '>=', asked.from)
        .where('message.seq', '<=', asked.last)
        .as('known'),
      selectFrom('message as newer')
        .select(keysOf(dialect, 'newer').as('keys'))
        .whereRef('newer.namespace', '=', 'conversation.namespace')
        .whereRef('newer.conversation_id', '=', 'conversation.id')
        .where('newer.elsewhere', '=', 0)
        .where('newer.hidden', '=', 0)
        .where('newer.seq', '>', asked.last)
        .whereRef('newer.seq', '>=', 'conversation.context_from')
        .as('newer'),
    ])
    .modifyEnd(lock),
)

export async function storedContext(
  scope: QueryScope,
  id: ConversationId,
  agent: AgentId,
): Promise<StoredContext> {
  const { namespace, messageCache } = scope
  const sight = messageCache.sight(namespace, id)
  const read = async (known: Sight) => {
    const last = known.messages.at(-1)?.seq ?? known.from - 1
    return (await contextOf(scope, { namespace, id, agent, from: known.from, last })).rows[0]
  }
  const first = await read(sight ?? UNKNOWN)
  const isKnown =
    sight?.from === toState(first).from && Number(first?.known) === sight.messages.length
  const row = isKnown || !sight ? first : await read(UNKNOWN)
  const newer = await messagesByKeys(scope, readKeys(row?.newer ?? null))
  const state = toState(row)
  const messages = isKnown ? longer(sight.messages, newer) : newer
  messageCache.keepSight(namespace, id, { from: state.from, messages })
  return {
    state,
    counts: {
      messages: row ? row.last_message - row.deleted_messages : 0,
      passages: Number(row?.passages ?? 0),
    },
    blocks: readBlocks(row?.blocks ?? null),
    messages,
  }
}

const UNKNOWN: Sight = { from: 0, messages: [] }

/** The same list if nothing was added. */
function longer(known: readonly Message[], newer: readonly Message[]): readonly Message[] {
  return newer.length === 0 ? known : [...known, ...newer]
}
