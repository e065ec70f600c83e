import type { ArchiveView } from '../core/archive.ts'
import { type Clock, toTimestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import { isId, type PassageId } from '../core/ids.ts'
import { checkLength, LIMITS } from '../core/limits.ts'
import type { Passage } from '../core/passage.ts'
import { cleanText, normalText } from '../core/text.ts'
import type { Walk } from '../core/walk.ts'
import type { Store } from '../storage/port/store.ts'
import { checkName, findArchive, viewArchive } from './archives.ts'
import { findAgent } from './find-agent.ts'
import { type InsertOptions, preparePassages } from './insert-passages.ts'

export interface ArchiveWalk extends Walk {
  readonly name?: string | undefined
  readonly agent?: string | undefined
}

export interface PassageWalk extends Walk {
  readonly of: { readonly agent: string } | { readonly archiveId: string }
}

/** Archives by id, attached to an agent or not, and their passages. */
export function createArchiveRegistry(store: Store, clock: Clock) {
  async function passageOwner(of: PassageWalk['of']) {
    return 'agent' in of
      ? { agentId: (await findAgent(store.agents, of.agent)).id }
      : { archiveId: (await findArchive(store, of.archiveId)).id }
  }

  return {
    async walk({ agent, ...walk }: ArchiveWalk): Promise<readonly ArchiveView[]> {
      const agentId = agent === undefined ? undefined : (await findAgent(store.agents, agent)).id
      const archives = await store.walks.archives({ ...walk, agentId })
      return Promise.all(archives.map((archive) => viewArchive(store, archive, agentId)))
    },

    async get(archiveId: string): Promise<ArchiveView> {
      return viewArchive(store, await findArchive(store, archiveId))
    },

    async update(
      archiveId: string,
      { name, description }: { readonly name?: string; readonly description?: string },
    ): Promise<ArchiveView> {
      if (name !== undefined) checkName(name)
      checkLength('The description', description ?? '', LIMITS.description)
      const patch = {
        ...(name !== undefined && { name: normalText(name) }),
        ...(description !== undefined && { description: cleanText(description) }),
      }
      const at = toTimestamp(clock())
      return store.transaction(async (tx) => {
        const { id } = await findArchive(tx, archiveId)
        if (Object.keys(patch).length > 0) await tx.archives.update(id, patch, at)
        return viewArchive(tx, await findArchive(tx, id))
      })
    },

    /** Takes the archive from all agents, and deletes it with its passages. */
    async remove(archiveId: string): Promise<void> {
      const at = toTimestamp(clock())
      await store.transaction(async (tx) => {
        const { id } = await findArchive(tx, archiveId)
        await tx.archives.delete(id, at)
      })
    },

    /** The current passages of an agent or an archive, by their own time. */
    async passages({ of, ...walk }: PassageWalk): Promise<readonly Passage[]> {
      return store.walks.passages({ ...walk, of: await passageOwner(of) })
    },

    /** Inserts into an archive, whether or not an agent has it. All or nothing. */
    async insert(
      archiveId: string,
      entries: readonly ({ readonly text: string } & InsertOptions)[],
    ): Promise<readonly PassageId[]> {
      const now = clock()
      const prepared = entries.flatMap(({ text, ...options }) =>
        preparePassages([text], options, now),
      )
      return store.transaction(async (tx) => {
        const { id } = await findArchive(tx, archiveId)
        const passages = prepared.map((passage) => ({ ...passage, archiveId: id }))
        const inserted = await tx.passages.insert(passages, toTimestamp(now))
        return inserted.map((passage) => passage.id)
      })
    },

    async removePassage(archiveId: string, passageId: string): Promise<void> {
      const at = toTimestamp(clock())
      await store.transaction(async (tx) => {
        const { id } = await findArchive(tx, archiveId)
        if (isId('passage', passageId) && (await tx.passages.delete(id, passageId, at))) return
        throw new UserError('not_found', `The archive ${id} has no passage ${passageId}.`)
      })
    },
  }
}
