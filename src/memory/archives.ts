import type { Archive, ArchiveView } from '../core/archive.ts'
import { type Clock, type Timestamp, toTimestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import { type AgentId, type ArchiveId, isId, newId } from '../core/ids.ts'
import { checkLength, LIMITS } from '../core/limits.ts'
import type { Page, PageRequest } from '../core/page.ts'
import { cleanText, normalText, sliceCharacters } from '../core/text.ts'
import type { Reads, Store, Transaction } from '../storage/port/store.ts'
import { findAgent } from './find-agent.ts'

export interface ArchiveFilter extends PageRequest {
  readonly agent?: string | undefined
  readonly archiveId?: string | undefined
}

export interface NewArchive {
  readonly name: string
  readonly description?: string | undefined
  readonly agent?: string | undefined
}

/** Creates, lists and shares archives. */
export function createArchives(store: Store, clock: Clock) {
  return {
    async list({ agent, archiveId, ...page }: ArchiveFilter): Promise<Page<ArchiveView>> {
      const agentId = agent === undefined ? undefined : (await findAgent(store.agents, agent)).id
      if (archiveId !== undefined) {
        const archive = agentId
          ? await ownArchive(store, agentId, archiveId)
          : await findArchive(store, archiveId)
        return { items: [await viewArchive(store, archive, agentId)] }
      }
      const { items, ...rest } = await store.archives.list({ ...page, agentId })
      const views = items.map((archive) => viewArchive(store, archive, agentId))
      return { ...rest, items: await Promise.all(views) }
    },

    async create({ name, description = '', agent }: NewArchive): Promise<ArchiveView> {
      checkName(name)
      checkLength('The description', description, LIMITS.description)
      const createdAt = toTimestamp(clock())
      const archive = {
        id: newId('archive'),
        name: normalText(name),
        description: cleanText(description),
        createdAt,
      }
      return store.transaction(async (tx) => {
        const agentId = agent === undefined ? undefined : (await findAgent(tx.agents, agent)).id
        await tx.archives.create(archive)
        if (agentId) await give(tx, agentId, archive.id, undefined, createdAt)
        return viewArchive(tx, await findArchive(tx, archive.id), agentId)
      })
    },

    /** Without `asDefault`, the archive becomes the default of an agent that has none. */
    async attach(reference: string, archiveId: string, asDefault?: boolean): Promise<ArchiveView> {
      return store.transaction(async (tx) => {
        const { id } = await findAgent(tx.agents, reference)
        const archive = await findArchive(tx, archiveId)
        const holder = (await tx.archives.agentsOf(archive.id)).find((one) => one.agentId === id)
        if (holder && (asDefault ?? holder.isDefault) === holder.isDefault) {
          throw new UserError(
            'conflict',
            `The agent has the archive ${archive.id} already, so there is nothing to attach.`,
          )
        }
        await give(tx, id, archive.id, asDefault, toTimestamp(clock()))
        return viewArchive(tx, archive, id)
      })
    },

    /** The archive itself is kept. */
    async detach(reference: string, archiveId: string): Promise<ArchiveView> {
      return store.transaction(async (tx) => {
        const { id } = await findAgent(tx.agents, reference)
        const archive = await ownArchive(tx, id, archiveId)
        await tx.archives.detach(id, archive.id, toTimestamp(clock()))
        return viewArchive(tx, archive)
      })
    },
  }
}

async function give(
  tx: Transaction,
  agentId: AgentId,
  id: ArchiveId,
  asDefault: boolean | undefined,
  at: Timestamp,
): Promise<void> {
  const isDefault = asDefault ?? (await tx.archives.defaultOf(agentId)) === undefined
  await tx.archives.attach(agentId, id, isDefault, at)
}

export async function viewArchive(
  reads: Pick<Reads, 'archives'>,
  archive: Archive,
  agentId?: AgentId,
): Promise<ArchiveView> {
  const holders = await reads.archives.agentsOf(archive.id)
  const own = holders.find((holder) => holder.agentId === agentId)
  return { archive, holders, ...(own && { isDefault: own.isDefault }) }
}

/** The archive for the agent's inserts; created on the first insert. */
export async function defaultArchive(
  tx: Transaction,
  agent: { readonly id: AgentId; readonly name: string },
  at: Timestamp,
): Promise<ArchiveId> {
  const known = await tx.archives.defaultOf(agent.id)
  if (known) return known
  const id = newId('archive')
  await tx.archives.create({
    id,
    name: sliceCharacters(`Archive of ${agent.name}`, 0, LIMITS.name),
    description: '',
    createdAt: at,
  })
  await tx.archives.attach(agent.id, id, true, at)
  return id
}

/** The archive with that id, if it is attached to the agent. */
export async function ownArchive(
  reads: Pick<Reads, 'archives'>,
  agentId: AgentId,
  archiveId: string,
): Promise<Archive> {
  const archive = isId('archive', archiveId) ? await reads.archives.get(archiveId) : undefined
  const holders = archive ? await reads.archives.agentsOf(archive.id) : []
  if (archive && holders.some((holder) => holder.agentId === agentId)) return archive
  throw new UserError(
    'not_found',
    `The agent has no archive ${archiveId}. list_archives shows those that it has, and attach_archive gives it another.`,
  )
}

export async function findArchive(
  reads: Pick<Reads, 'archives'>,
  archiveId: string,
): Promise<Archive> {
  const archive = isId('archive', archiveId) ? await reads.archives.get(archiveId) : undefined
  if (archive) return archive
  throw new UserError(
    'not_found',
    `There is no archive ${archiveId}. Call list_archives to see those that exist.`,
  )
}

export function checkName(name: string): void {
  checkLength('The name of an archive', name, LIMITS.name)
  if (name.trim() !== '') return
  throw new UserError('invalid_argument', 'The name of the archive is empty. Give another.')
}
