import { closeSync, openSync, statSync, truncateSync, writeSync } from 'node:fs'
import type { Random } from './random.ts'

/* Pages of a file are overwritten at random. */

const PAGE_BYTES = 4_096

/** All that a round leaves to chance, drawn at once, so that it can be run without those before. */
export interface Round {
  readonly writes: readonly { readonly at: number; readonly bytes: Buffer }[]
  /** Where the file ends; undefined: where it did. */
  readonly length: number | undefined
  readonly servers: number
  readonly described: string
}

export function drawRound(whole: string, random: Random): Round {
  const pages = statSync(whole).size / PAGE_BYTES
  const count = 1 + random.below(50)
  const kinds = new Set<string>()
  const writes = Array.from({ length: count }, () => {
    const at = random.below(pages) * PAGE_BYTES
    const kind = ['noise', 'zeros', 'letters', 'a run of noise'][random.below(4)] ?? ''
    kinds.add(kind)
    if (kind === 'noise') return { at, bytes: random.bytes(PAGE_BYTES) }
    if (kind === 'zeros') return { at, bytes: Buffer.alloc(PAGE_BYTES) }
    if (kind === 'letters') return { at, bytes: Buffer.alloc(PAGE_BYTES, 0x5a) }
    const bytes = random.bytes(200)
    return { at: at + random.below(PAGE_BYTES - 200), bytes }
  })
  const isCut = random.below(20) === 0
  const length = isCut
    ? (1 + random.below(pages - 1)) * PAGE_BYTES - random.below(2) * 100
    : undefined
  if (isCut) kinds.add('cut')
  const servers = random.below(2) === 0 ? 2 : 1
  return { writes, length, servers, described: `${count} pages, ${[...kinds].join(', ')}` }
}

export function damage(file: string, { writes, length }: Round): void {
  const opened = openSync(file, 'r+')
  for (const { at, bytes } of writes) writeSync(opened, bytes, 0, bytes.length, at)
  closeSync(opened)
  if (length !== undefined) truncateSync(file, length)
}
