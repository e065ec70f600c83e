import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import DatabaseHandle from 'better-sqlite3'
import { newId } from '../../src/core/ids.ts'
import { NAMESPACE, seedAgents, withStorage } from '../shared/seed.ts'
import { openPlain } from './plain.ts'
import { createWriter } from './text.ts'

/** Size of the data searched: so many agents, each with so many passages in an archive of its own. */
export interface Case {
  readonly agents: number
  readonly passages: number
}

/** Folders of a seeded database of Recollect (its home) and of a plain one. */
export interface Stores {
  readonly recollect: string
  readonly plain: string
}

const SEED = 7
const PER_TRANSACTION = 2_000
const CREATED_AT = new Date(Date.UTC(2025, 0, 1)).toISOString()

/**
 * Seeds both in `keep`, unless they are there from before. A kept one is known by its case and the tables of Recollect:
 * other words in the documents that the text is made from make no difference that counts, but where the same tables are
 * filled in another way, the folder must be emptied.
 */
export async function seedStores(of: Case, corpus: string, keep: string): Promise<Stores> {
  const tables = await describeTables(join(keep, 'tables'))
  return {
    plain: await once(keep, 'plain', of, '', (folder) => seedPlain(of, corpus, folder)),
    recollect: await once(keep, 'recollect', of, tables, (folder) =>
      seedRecollect(of, corpus, folder),
    ),
  }
}

export function agentName(agent: number): string {
  return `agent-${agent}`
}

async function once(
  keep: string,
  kind: string,
  of: Case,
  tables: string,
  seed: (folder: string) => Promise<void> | void,
): Promise<string> {
  const digest = createHash('sha256').update(`${SEED} ${tables}`).digest('hex')
  const folder = join(keep, `${kind}-${of.agents}x${of.passages}-${digest.slice(0, 12)}`)
  if (existsSync(folder)) return folder
  const unfinished = `${folder}.unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { recursive: true })
  await seed(unfinished)
  renameSync(unfinished, folder)
  return folder
}

async function seedRecollect(of: Case, corpus: string, home: string): Promise<void> {
  const agents = await seedAgents(
    home,
    Array.from({ length: of.agents }, (_, agent) => agentName(agent)),
  )
  await withStorage(home, async (storage) => {
    const store = storage.in(NAMESPACE)
    const writer = createWriter(corpus, SEED)
    for (const agent of agents) {
      const archiveId = newId('archive')
      await store.transaction(async (tx) => {
        const archive = { id: archiveId, name: 'bench', description: '', createdAt: CREATED_AT }
        await tx.archives.create(archive)
        await tx.archives.attach(agent, archiveId, true, CREATED_AT)
      })
      for (let done = 0; done < of.passages; done += PER_TRANSACTION) {
        const count = Math.min(PER_TRANSACTION, of.passages - done)
        const texts = Array.from({ length: count }, () => writer.passage())
        await store.transaction(async (tx) => {
          const passages = texts.map((text) => ({
            id: newId('passage'),
            archiveId,
            text,
            tags: [],
            source: '',
            createdAt: CREATED_AT,
          }))
          await tx.passages.insert(passages, CREATED_AT)
        })
      }
    }
  })
}

function seedPlain(of: Case, corpus: string, folder: string): void {
  const plain = openPlain(folder)
  const writer = createWriter(corpus, SEED)
  for (let agent = 0; agent < of.agents; agent += 1) {
    for (let done = 0; done < of.passages; done += PER_TRANSACTION) {
      const count = Math.min(PER_TRANSACTION, of.passages - done)
      plain.insert(
        agent,
        Array.from({ length: count }, () => writer.passage()),
      )
    }
  }
  plain.close()
}

/** The tables of a new database, as SQL. */
async function describeTables(home: string): Promise<string> {
  rmSync(home, { recursive: true, force: true })
  mkdirSync(home, { recursive: true })
  await withStorage(home, async () => undefined)
  const db = new DatabaseHandle(join(home, 'recollect.db'), { readonly: true })
  try {
    return JSON.stringify(db.prepare('SELECT sql FROM sqlite_master ORDER BY name').all())
  } finally {
    db.close()
    rmSync(home, { recursive: true })
  }
}
