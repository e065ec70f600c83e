import { openEmbedders } from '../../app/app.ts'
import { openStorage } from '../../app/data.ts'
import type { Config } from '../../config/config.ts'
import { sumByModel } from '../../core/embedding-counts.ts'
import type { Tell } from './doctor-report.ts'

/** Time for a local engine to load its model; chosen by hand. */
const PATIENCE_MILLISECONDS = 60_000

/** Requests one vector from each embedding model in use, and reports what is embedded and what is pending. */
export async function checkEmbeddings(config: Config, tell: Tell): Promise<void> {
  const sets = await countSets(config)
  const handles = new Set(sets.map(({ handle }) => handle))
  if (config.embedding !== null) handles.add(config.embedding)
  if (handles.size === 0) tell('Embedding', 'none; search is by keyword, which needs none')
  for (const handle of handles) {
    const own = sets.filter((set) => set.handle === handle)
    tell('Embedding', await tryHandle(config, handle))
    const [sum] = sumByModel(own)
    const { embedded, waiting, failed } = sum ?? { embedded: 0, waiting: 0, failed: 0 }
    tell(
      '',
      `${embedded} embedded, ${waiting} waiting${waiting > 0 ? ' (found by keyword meanwhile)' : ''}, ${failed} given up`,
    )
    for (const problem of new Set(own.flatMap((set) => set.problem ?? []))) tell('', problem)
  }
}

async function countSets(config: Config) {
  const storage = await openStorage(config)
  try {
    return await storage.embeddings.counts()
  } finally {
    await storage.close()
  }
}

async function tryHandle(config: Config, handle: string): Promise<string> {
  const reason = handle === config.embedding ? 'from RECOLLECT_EMBEDDING' : 'chosen by agents'
  try {
    const embedder = (await openEmbedders(config)).resolve(handle)
    const signal = AbortSignal.timeout(PATIENCE_MILLISECONDS)
    const { embedded, failure } = await embedder.embed(['ready'], 'query', signal)
    const [first] = embedded
    if (first?.kind === 'vector')
      return `ok: ${handle}, ${first.vector.length} dimensions (${reason})`
    const problem = failure ? `${failure.message} ${failure.hint}` : first?.problem
    return `FAILED: ${handle} (${reason}). ${problem} Search is by keyword meanwhile.`
  } catch (error) {
    return `FAILED: ${error instanceof Error ? error.message : String(error)}`
  }
}
