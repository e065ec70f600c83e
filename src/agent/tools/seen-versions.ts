import type { Block } from '../../core/block.ts'
import { isRecord } from '../../core/is-record.ts'
import type { DatabaseTool } from '../../core/tool.ts'

/** It writes a block as a whole, so the call notes which version the model had seen. */
const REWRITES: DatabaseTool = 'memory_rethink'

/** The note for a call of that tool; undefined: it needs none. */
export function noteSeen(name: string, blocks: readonly Block[]): string | undefined {
  if (name !== REWRITES) return undefined
  return JSON.stringify(Object.fromEntries(blocks.map(({ label, version }) => [label, version])))
}

/** Versions by label. */
export function readSeen(note: string | null): Readonly<Record<string, number>> {
  const value: unknown = note === null ? {} : JSON.parse(note)
  if (!isRecord(value)) return {}
  const versions = Object.entries(value)
  return Object.fromEntries(
    versions.filter((one): one is [string, number] => typeof one[1] === 'number'),
  )
}
