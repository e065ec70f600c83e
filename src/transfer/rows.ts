import type { Conversation } from '../core/conversation.ts'
import type { AgentId, ArchiveId } from '../core/ids.ts'
import type { Reads } from '../storage/port/store.ts'

/* The rows that an export reads, in batches. */

/** Rows per read; other requests run in between. Chosen by hand. */
export const ROWS = 200

export async function* messagesOf(reads: Reads, agentId: AgentId) {
  let first = 1
  for (;;) {
    const messages = await reads.messages.since(agentId, first, ROWS)
    yield messages
    const last = messages.at(-1)
    if (!last || messages.length < ROWS) return
    first = last.seq + 1
  }
}

/** Oldest first. */
export async function conversationsOf(
  reads: Reads,
  agentId: AgentId,
): Promise<readonly Conversation[]> {
  const found: Conversation[] = []
  let cursor: string | undefined
  do {
    const page = await reads.conversations.list({ agentId, limit: ROWS, cursor })
    found.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return found.reverse()
}

export async function* passagesOf(reads: Reads, id: ArchiveId) {
  let cursor: string | undefined
  do {
    const page = await reads.passages.ofArchive(id, { limit: ROWS, cursor })
    yield page.items
    cursor = page.nextCursor
  } while (cursor !== undefined)
}

/** The archives of an agent. */
export async function* archivesOf(reads: Reads, agentId: AgentId) {
  const defaultId = await reads.archives.defaultOf(agentId)
  let cursor: string | undefined
  do {
    const page = await reads.archives.list({ agentId, limit: ROWS, cursor })
    for (const archive of page.items) yield { ...archive, isDefault: archive.id === defaultId }
    cursor = page.nextCursor
  } while (cursor !== undefined)
}
