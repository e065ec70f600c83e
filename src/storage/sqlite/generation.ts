/*
 * Tells which -wal belongs to which file. SQLite applies any valid -wal with the right name, even to a backup that was
 * put in the file's place. So the first page of the file carries a stamp in two header fields that SQLite leaves to
 * applications: `application_id` is a random number per server session and per backup, `user_version` counts the
 * commits of the session. Every commit writes the stamp, so every -wal contains stamps, and its first one follows that
 * of its file. Pure: bytes in, findings out.
 */

export interface Stamp {
  /** 0: not of a Recollect session. */
  readonly generation: number
  /** 0: the last server has closed the file. */
  readonly commits: number
}

/* Offsets in SQLite's file header (fileformat2, section 1.3): `user_version` at 60, `application_id` at 68. */
export const HEADER_BYTES = 100
export const COMMITS_AT = 60
export const GENERATION_AT = 68
export const MAX_STAMP = 0x7fff_fffe

/** Undefined: the page is not the first page of a database. */
export function readStamp(page: Buffer): Stamp | undefined {
  if (page.length < HEADER_BYTES || page.toString('latin1', 0, 16) !== 'SQLite format 3\0') {
    return undefined
  }
  return {
    commits: page.readUInt32BE(COMMITS_AT),
    generation: page.readUInt32BE(GENERATION_AT),
  }
}

export function nextGeneration(generation: number, random: number): number {
  return generation === 0 ? random : (generation % MAX_STAMP) + 1
}

export function nextCommit(commits: number): number {
  return (commits % MAX_STAMP) + 1
}

export interface Wal {
  /** Number of frames that belong to commits. */
  readonly frames: number
  /** The header is one that SQLite accepts. */
  readonly isReadable: boolean
  readonly salt: string
  /** Stamps of the first and last stamped commit. */
  readonly first: Stamp | undefined
  readonly last: Stamp | undefined
}

/** State of a -wal according to the -shm file, which outlives the processes. */
export interface SharedIndex {
  readonly frames: number
  /** Number of frames already copied into the file. */
  readonly copied: number
  readonly salt: string
}

/** Undefined: the content is not reliable. */
export function readSharedIndex(bytes: Buffer): SharedIndex | undefined {
  const copies = [bytes.subarray(0, 48), bytes.subarray(48, 96)] as const
  if (bytes.length < 100 || bytes[12] !== 1 || !copies[0].equals(copies[1])) return undefined
  return {
    frames: bytes.readUInt32LE(16),
    copied: bytes.readUInt32LE(96),
    salt: bytes.toString('hex', 32, 40),
  }
}

export type Finding =
  | { readonly kind: 'fits' }
  /** The -wal belongs to another file, or to another state of this one. */
  | { readonly kind: 'foreign' }
  /** The file is missing or empty. */
  | { readonly kind: 'orphan' }
  /** Truncated or damaged: commits are missing. `useless`: the rest must not be applied. */
  | { readonly kind: 'cut'; readonly useless: boolean }
  /** The -wal is gone, and commits with it. */
  | { readonly kind: 'lost' }
  /** The -wal is gone; its commits may have been copied into the file before. */
  | { readonly kind: 'perhaps lost' }

export interface FoundFiles {
  readonly main: Stamp | 'empty' | 'no database'
  /** Null: there is none. */
  readonly wal: Wal | null | 'empty'
  readonly shared: SharedIndex | undefined
}

/** For files that no process has open. */
export function judge({ main, wal, shared }: FoundFiles): Finding {
  if (main === 'no database') return { kind: 'fits' }
  if (wal === null || wal === 'empty') {
    if (main === 'empty') return { kind: 'fits' }
    if (shared && shared.frames > shared.copied) return { kind: 'lost' }
    return { kind: wal === null && main.commits > 0 ? 'perhaps lost' : 'fits' }
  }
  if (main === 'empty') return { kind: 'orphan' }
  if (!wal.isReadable) return { kind: 'cut', useless: true }
  if (!follows(wal, main)) return { kind: 'foreign' }
  if (shared?.salt === wal.salt && shared.frames > wal.frames) {
    return { kind: 'cut', useless: wal.frames < shared.copied }
  }
  return { kind: 'fits' }
}

function follows({ first, last }: Wal, main: Stamp): boolean {
  // Written by a version without stamps.
  if (!first || !last) return true
  if (main.generation === last.generation) {
    const closed = main.commits === 0 || last.commits === 0
    return closed || (main.commits >= first.commits - 1 && main.commits <= last.commits)
  }
  if (main.generation === first.generation) return main.commits >= first.commits - 1
  // The commit that begins a session is copied into the file at once, unless the process was killed before that.
  if (first.commits !== 1) return false
  const began = main.generation === 0 ? last.commits === 1 : nextGeneration(main.generation, 0)
  return began === true || began === first.generation
}
