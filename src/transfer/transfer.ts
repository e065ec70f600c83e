import { randomUUID } from 'node:crypto'
import { type Clock, toTimestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import type { FolderPiece } from '../core/exported-file.ts'
import { type AgentId, type GroupId, isId } from '../core/ids.ts'
import type { Redaction } from '../core/redact.ts'
import { findAgent } from '../memory/find-agent.ts'
import type { Reads, Store } from '../storage/port/store.ts'
import type { AgentChecks } from './format/agent-checks.ts'
import type { ImportOptions } from './format/bundle.ts'
import type { Imported } from './import.ts'

/**
 * A larger export is refused for MCP clients, which would need hundreds of calls to read it. In UTF-16 code units.
 * Chosen by hand.
 */
const MAX_KEPT_LENGTH = 4_000_000
const MAX_KEPT = 4
/** Since its last use. Chosen by hand. */
const KEPT_MILLISECONDS = 10 * 60_000

/** An export kept in memory: it stays the same while the agent continues. */
export interface KeptExport {
  readonly id: string
  /** The agent or the group. */
  readonly of: AgentId | GroupId
  readonly text: string
}

/** Exports and imports agents as files. */
export function createTransfer(store: Store, checks: AgentChecks, clock: Clock) {
  /** By export id, least recently used first. */
  const kept = new Map<string, KeptExport & { readonly until: number }>()

  function keep(one: KeptExport): KeptExport {
    for (const [id, { until }] of kept) if (until < clock()) kept.delete(id)
    kept.delete(one.id)
    const [oldest] = kept.keys()
    if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest)
    kept.set(one.id, { ...one, until: clock() + KEPT_MILLISECONDS })
    return one
  }

  async function begin(reference: string): Promise<KeptExport> {
    const pieces: string[] = []
    let length = 0
    const { id: of } = await findExported(store, reference)
    await writeAgent(of, (piece) => {
      length += piece.length
      if (length > MAX_KEPT_LENGTH) throw tooLong(of)
      pieces.push(piece)
    })
    return keep({ id: `export-${randomUUID()}`, of, text: pieces.join('') })
  }

  /** Passes the file to `write` piece by piece, awaiting each. */
  async function writeAgent(
    reference: string,
    write: (piece: string) => void | Promise<void>,
  ): Promise<void> {
    // Loaded at first use, like all that reads or writes files: a server that starts needs none of it.
    const { exportAgent } = await import('./export.ts')
    const { exportTeam } = await import('./export-team.ts')
    await store.snapshot(async (reads) => {
      const found = await findExported(reads, reference)
      const at = toTimestamp(clock())
      const pieces =
        'managerId' in found ? exportTeam(reads, found, at) : exportAgent(reads, found, at)
      for await (const piece of pieces) await write(piece)
    })
  }

  return {
    writeAgent,

    /** The current file, kept for some minutes under an id; with `exportId`, the same text again. */
    async export(reference: string, exportId?: string): Promise<KeptExport> {
      if (exportId === undefined) return begin(reference)
      const { id } = await findExported(store, reference)
      const known = kept.get(exportId)
      if (known && known.of === id && known.until >= clock()) return keep(known)
      throw new UserError(
        'not_found',
        'This export has expired. Start again without export_id and offset, and discard the pages that you have.',
      )
    },

    /** The agent or team as a file of Letta (.af), with what that layout can't say in a part of its own. */
    async exportLetta(reference: string): Promise<string> {
      const { readForLetta } = await import('./export-letta.ts')
      const { toLettaFile } = await import('./letta/write-file.ts')
      const { files, tools, group } = await store.snapshot(async (reads) =>
        readForLetta(reads, await findExported(reads, reference), toTimestamp(clock())),
      )
      return JSON.stringify(toLettaFile(files, tools, checks, group))
    },

    /** Passes the agent to `write` as files for people, piece by piece, awaiting each. Secrets are replaced by `clean`. */
    async writeMarkdown(
      reference: string,
      clean: Redaction,
      write: (piece: FolderPiece) => Promise<void>,
    ): Promise<void> {
      const { exportMarkdown } = await import('./export-markdown.ts')
      await store.snapshot(async (reads) => {
        const agent = await findAgent(reads.agents, reference)
        const pieces = exportMarkdown(reads, agent, toTimestamp(clock()), clean)
        for await (const piece of pieces) await write(piece)
      })
    },

    /** Files of Recollect and of Letta. */
    async import(text: string, options: ImportOptions = {}): Promise<Imported> {
      const { readBundle } = await import('./read-bundle.ts')
      const { importBundle } = await import('./import.ts')
      const now = clock()
      return importBundle(store, readBundle(text, toTimestamp(now)), checks, options, now)
    },
  }
}

/** The agent, or the group of that id. */
export async function findExported(
  { agents, groups }: Pick<Reads, 'agents' | 'groups'>,
  reference: string,
) {
  const id = reference.trim().toLowerCase()
  if (!isId('group', id)) return findAgent(agents, reference)
  const group = await groups.get(id)
  if (group) return group
  throw new UserError('not_found', `No group has the id ${id}. list_groups shows those that exist.`)
}

function tooLong(id: AgentId | GroupId): UserError {
  return new UserError(
    'limit_exceeded',
    `The file has more than ${MAX_KEPT_LENGTH.toLocaleString('en')} characters. The operator of the server can write it to a file: recollect export ${id} <file>.`,
  )
}
