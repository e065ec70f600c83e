import { setImmediate as letOthersTurn } from 'node:timers/promises'
import type { Timestamp } from '../../core/clock.ts'
import type { LoadedFile } from '../../core/file.ts'
import type { AgentId, ArchiveId } from '../../core/ids.ts'
import type { Store } from '../../storage/port/store.ts'

/** Reading them blocks this process. Chosen by hand. */
const READ_AT_ONCE = 250

/** The archive that a load goes to, and the files in it of the same origin. */
export interface Shelf {
  /** Null: the agent has none yet. */
  readonly archiveId: ArchiveId | null
  /** By name; without retired ones. */
  readonly files: ReadonlyMap<string, LoadedFile>
  /** When this origin was loaded last; null: never. */
  readonly lastLoaded: Timestamp | null
}

/** Where earlier loads of an origin went, the next one goes; else to `archiveId`, or the agent's default. */
export async function openShelf(
  store: Pick<Store, 'archives' | 'files'>,
  origin: string,
  {
    agentId,
    archiveId,
  }: { readonly agentId: AgentId | null; readonly archiveId: ArchiveId | null },
): Promise<Shelf> {
  const owner = archiveId ?? agentId
  if (owner === null) throw new Error('a load is for an agent or an archive')
  const found = await filesOf(store, owner, origin)
  const own =
    archiveId ?? found[0]?.archiveId ?? (agentId && (await store.archives.defaultOf(agentId)))
  const files = found.filter((file) => file.archiveId === own)
  const times = files.map(({ loadedAt }) => loadedAt).toSorted()
  return {
    archiveId: own ?? null,
    files: new Map(files.map((file) => [file.name, file])),
    lastLoaded: times.at(-1) ?? null,
  }
}

async function filesOf(
  { files }: Pick<Store, 'files'>,
  owner: AgentId | ArchiveId,
  origin: string,
): Promise<readonly LoadedFile[]> {
  // Files that were sent have no origin in common.
  if (origin === '') return []
  const found: LoadedFile[] = []
  for (let after = 0; ; ) {
    const page = await files.ofOrigin(owner, origin, { after, limit: READ_AT_ONCE })
    found.push(...page)
    const last = page.at(-1)
    if (!last || page.length < READ_AT_ONCE) return found
    after = last.row
    await letOthersTurn()
  }
}
