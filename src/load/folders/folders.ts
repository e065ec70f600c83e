import type { FolderDetails } from '../../core/archive.ts'
import { type Clock, type Timestamp, toTimestamp } from '../../core/clock.ts'
import { UserError } from '../../core/errors.ts'
import { type ArchiveId, newId } from '../../core/ids.ts'
import { checkLength, LIMITS } from '../../core/limits.ts'
import { cleanText, normalText } from '../../core/text.ts'
import { checkName, viewArchive } from '../../memory/archives.ts'
import { checkMetadata } from '../../memory/check-metadata.ts'
import { linesOf } from '../../memory/file-lines.ts'
import { findAgent } from '../../memory/find-agent.ts'
import type { FolderFields, FoldersPort } from '../../service/folders-port.ts'
import type { Store } from '../../storage/port/store.ts'
import { withStatus } from './file-status.ts'
import { archiveIdOf, findFile, findFolder } from './find-folder.ts'
import { uploadFile } from './upload.ts'

/** Passages deleted in one transaction. Chosen by hand. */
const DELETED_AT_ONCE = 50
/** Files of an agent in one list. Chosen by hand. */
const MAX_FILES = 1_000

/** Folders are archives. Files that clients send are read by jobs, like all that is loaded. */
export function createFolders(store: Store, clock: Clock): FoldersPort {
  const now = () => toTimestamp(clock())
  return {
    async walk({ agent, after, before, ...walk }) {
      const agentId = agent === undefined ? undefined : (await findAgent(store.agents, agent)).id
      const archives = await store.walks.archives({
        ...{ ...walk, agentId, onlyFolders: true },
        // An id that is none leads to an empty page.
        after: after && (archiveIdOf(after) ?? after),
        before: before && (archiveIdOf(before) ?? before),
      })
      return Promise.all(archives.map((archive) => viewArchive(store, archive, agentId)))
    },

    async create({ name, ...fields }) {
      const { description = '', folder } = readFields({ name, ...fields })
      const id = newId('archive')
      return store.transaction(async (tx) => {
        const archive = { id, name: normalText(name), description, createdAt: now() }
        await tx.archives.create({ ...archive, folder: { ...NEW_FOLDER, ...folder } })
        return viewArchive(tx, await findFolder(tx, id))
      })
    },

    get: async (folderId) => viewArchive(store, await findFolder(store, folderId)),

    async update(folderId, fields) {
      const { name, description, folder } = readFields(fields)
      return store.transaction(async (tx) => {
        const { id, folder: before } = await findFolder(tx, folderId)
        const patch = {
          ...(name !== undefined && { name }),
          ...(description !== undefined && { description }),
          folder: { ...NEW_FOLDER, ...before, ...folder },
        }
        await tx.archives.update(id, patch, now())
        return viewArchive(tx, await findFolder(tx, id))
      })
    },

    async remove(folderId) {
      await store.transaction(async (tx) => {
        const { id } = await findFolder(tx, folderId)
        await tx.archives.delete(id, now())
      })
    },

    async attach(agent, folderId) {
      return store.transaction(async (tx) => {
        const { id: agentId } = await findAgent(tx.agents, agent)
        const { id } = await findFolder(tx, folderId)
        const holders = await tx.archives.agentsOf(id)
        if (!holders.some((holder) => holder.agentId === agentId))
          await tx.archives.attach(agentId, id, false, now())
        return agentId
      })
    },

    async detach(agent, folderId) {
      return store.transaction(async (tx) => {
        const { id: agentId } = await findAgent(tx.agents, agent)
        const { id } = await findFolder(tx, folderId)
        await tx.archives.detach(agentId, id, now())
        return agentId
      })
    },

    async files(folderId, { after, limit }) {
      const { id } = await findFolder(store, folderId)
      const row = after === undefined ? 0 : await rowOf(store, folderId, after)
      return (await store.files.list(id, { after: row, limit })).map(withStatus)
    },

    file: async (folderId, fileId) => withStatus(await findFile(store, folderId, fileId)),

    async text(folderId, fileId) {
      const lines: string[] = []
      for await (const block of linesOf(store, await findFile(store, folderId, fileId), now()))
        lines.push(...block.lines)
      return lines.join('\n')
    },

    upload: async (folderId, upload) =>
      withStatus(await uploadFile(store, clock, folderId, upload)),

    async removeFile(folderId, fileId) {
      const { id, archiveId, name } = await findFile(store, folderId, fileId)
      while (await removeSome(store, archiveId, name, now()));
      await store.transaction((tx) => tx.files.delete(id))
    },

    async filesOfAgent(agent) {
      const { id } = await findAgent(store.agents, agent)
      const { items } = await store.archives.list({ agentId: id, limit: LIMITS.ids })
      const folders = new Map(
        items.flatMap(({ id: archiveId, name, folder }) => (folder ? [[archiveId, name]] : [])),
      )
      const files = await store.files.list(id, { after: 0, limit: MAX_FILES })
      return files.flatMap((file) => {
        const folderName = folders.get(file.archiveId)
        return folderName === undefined ? [] : [{ file: withStatus(file), folderName }]
      })
    },
  }
}

const NEW_FOLDER: FolderDetails = { instructions: '', metadata: {} }

/** Checks what is given, and leaves out what is not. */
function readFields({ name, description, instructions, metadata }: FolderFields) {
  if (name !== undefined) checkName(name)
  checkLength('The description', description ?? '', LIMITS.description)
  checkLength('The instructions', instructions ?? '', LIMITS.description)
  if (metadata !== undefined) checkMetadata(metadata)
  return {
    name: name === undefined ? undefined : normalText(name),
    description: description === undefined ? undefined : cleanText(description),
    folder: {
      ...(instructions !== undefined && { instructions: cleanText(instructions) }),
      ...(metadata !== undefined && { metadata }),
    },
  }
}

async function rowOf(store: Store, folderId: string, fileId: string): Promise<number> {
  const file = await findFile(store, folderId, fileId)
  const [found] = await store.files.list(file.archiveId, { name: file.name, after: 0, limit: 1 })
  if (found) return found.row
  throw new UserError('not_found', `The folder has no file ${fileId} any more.`)
}

/** Whether there were any. */
async function removeSome(
  store: Store,
  archiveId: ArchiveId,
  source: string,
  at: Timestamp,
): Promise<boolean> {
  const page = { after: 0, at, limit: DELETED_AT_ONCE, includeGone: true }
  const passages = await store.passages.ofSource(archiveId, source, page)
  await store.transaction(async (tx) => {
    for (const { id } of passages) await tx.passages.delete(archiveId, id, at)
  })
  return passages.length > 0
}
