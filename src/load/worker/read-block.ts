import { basename } from 'node:path'
import type { Batch, ParseTask } from '../batch.ts'
import { decode, wholeOf } from '../reading/content.ts'
import { Refused } from '../refused.ts'
import { exportedBlock } from '../stores/exported.ts'
import type { FileKind } from './kinds.ts'

/** A file of instructions or notes as a memory block, such as CLAUDE.md, AGENTS.md, or a folder of memories. */
export async function readBlock({ name, content }: ParseTask, kind: FileKind): Promise<Batch> {
  if (kind !== 'markdown' && kind !== 'text')
    throw new Refused('Blocks are made of Markdown and text files. Load others into the archive.')
  const text = decode(await wholeOf(content))
  const exported = exportedBlock(text)
  if (exported) return { kind: 'block', ...exported }
  const label = labelOf(name)
  if (label === '') throw new Refused('Its name makes no label of a block. Rename it.')
  const value = text.trim()
  if (value === '') throw new Refused('It is empty.')
  return { kind: 'block', label, value }
}

/** `CLAUDE.md` gives `claude`. */
function labelOf(name: string): string {
  return basename(name)
    .replace(/\.[^.]+$/, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_.-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 128)
}
