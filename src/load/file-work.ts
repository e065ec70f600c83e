import type { LoadedFile } from '../core/file.ts'
import type { Batch } from './batch.ts'
import type { Loading } from './loading.ts'
import type { OpenedFile, OriginFile } from './open-origin.ts'
import { type Stored, sourceOf, type Target } from './store-batch.ts'
import type { Placed } from './versions/pair.ts'
import type { Version } from './versions/version.ts'

/** A file that is being loaded, and what has come of it so far. */
export interface FileWork {
  readonly file: OriginFile
  readonly opened: OpenedFile
  readonly known: LoadedFile | undefined
  readonly version: Version
  /** Passages of the file and its parts by source, in order. */
  readonly placed: Map<string, Placed[]>
}

export type Passages = Extract<Batch, { kind: 'passages' }>

export function targetOf({ work }: Loading, { file, version }: FileWork): Target {
  return { agentId: work.job.agentId, source: file.source, createdAt: version.createdAt }
}

export function placesOf({ source }: OriginFile): Map<string, Placed[]> {
  return new Map([[sourceOf(source), []]])
}

export function placeStored(work: FileWork, batch: Passages, { passages }: Stored): void {
  const { since } = work.version
  place(
    work,
    batch,
    passages.map(({ id, duplicate, createdAt }) => ({
      id,
      isNew: !duplicate || (since !== null && createdAt > since),
    })),
  )
}

export function place(
  { file, placed }: FileWork,
  { part }: { readonly part: string },
  more: readonly Placed[],
): void {
  const source = sourceOf(file.source, part)
  const known = placed.get(source)
  if (known) known.push(...more)
  else placed.set(source, [...more])
}
