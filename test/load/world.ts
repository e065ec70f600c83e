import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, vi } from 'vitest'
import { type RealServer, startRealServer } from '../mcp/real-server.ts'

/** A server that may read a folder, and an agent for what is loaded. */
export interface LoadWorld {
  readonly server: RealServer
  readonly folder: string
  put(name: string, content: string | Uint8Array): Promise<string>
  /** Loads and waits; resolves with the job when it has ended. */
  // biome-ignore lint/suspicious/noExplicitAny: as the tool answers
  load(args: object): Promise<any>
  /** Texts of all passages of a source, in their order. */
  passages(query?: string): Promise<readonly { readonly text: string; readonly source: string }[]>
  close(): Promise<void>
}

const PATIENCE = 60_000

export async function startLoadWorld(
  settings: Readonly<Record<string, string>> = {},
): Promise<LoadWorld> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'recollect-load-')))
  const server = await startRealServer(['core', 'transfer'], {
    RECOLLECT_FILE_ROOTS: folder,
    ...settings,
  })
  await server.answer('create_agent', { name: 'Ada' })
  return {
    server,
    folder,
    async put(name, content) {
      const path = join(folder, name)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, content)
      return path
    },
    async load(args) {
      const { job } = await server.answer('load', { agent: 'Ada', ...args })
      return vi.waitFor(
        async () => {
          const { jobs } = await server.answer('list_jobs', { job_id: job.job_id })
          expect(jobs[0].completed_at).toBeDefined()
          return jobs[0]
        },
        { timeout: PATIENCE, interval: 50 },
      )
    },
    async passages(query) {
      const found = []
      let cursor: string | undefined
      do {
        const page: {
          readonly passages: readonly { readonly text: string; readonly source: string }[]
          readonly next_cursor?: string
        } = await server.answer('search_archival', { agent: 'Ada', limit: 100, query, cursor })
        found.push(...page.passages)
        cursor = page.next_cursor
      } while (cursor !== undefined && query === undefined)
      // Without a query the newest come first.
      return query === undefined ? found.reverse() : found
    },
    async close() {
      await server.close()
      await rm(folder, { recursive: true })
    },
  }
}
