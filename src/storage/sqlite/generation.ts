/*
 * Which -wal belongs to which file. SQLite lays whatever valid -wal it finds over the file of that name, also over a
 * backup that was put in its place. So the first page of the file carries a stamp, in two fields of the header that
 * SQLite leaves to programs: `application_id` is a number that each session of servers, and each backup, has of its own,
 * `user_version` counts the commits of a session. As every commit stamps, every -wal holds stamps, and begins with the one
 * that follows that of its file. Pure: bytes in, findings out.
 */

export interface Stamp {
  /** 0: of no session of ours. */
  readonly generation: number
  /** 0: the last server has closed the file. */
  readonly commits: number
}

export const HEADER_BYTES = 100
export const COMMITS_AT = 60
export const GENERATION_AT = 68
export const MAX_STAMP = 0x7fff_fffe

/** Undefined: that is no page with which a database begins. */
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
  /** Commits that SQLite finds in it amount to so many frames. */
  readonly frames: number
  /** It has a header that SQLite takes for one. */
  readonly isReadable: boolean
  readonly salt: string
  /** Stamps of the first and of the last commit that has one. */
  readonly first: Stamp | undefined
  readonly last: Stamp | undefined
}

/** What the memory that processes share knows of a -wal; it outlives them. */
export interface SharedIndex {
  readonly frames: number
  /** So many of them are in the file already. */
  readonly copied: number
  readonly salt: string
}

/** Undefined: nothing in it that can be relied on. */
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
  /** It is of another file than the one that it lies beside, or of an earlier or later one. */
  | { readonly kind: 'foreign' }
  /** There is no file to it, or an empty one. */
  | { readonly kind: 'orphan' }
  /** It was cut or damaged: of what was committed, something is missing. `useless`: what is left of it must not be used. */
  | { readonly kind: 'cut'; readonly useless: boolean }
  /** It is gone, and with it what was committed. */
  | { readonly kind: 'lost' }
  /** It is gone; somebody else may have put it into the file first. */
  | { readonly kind: 'perhaps lost' }

export interface Found {
  readonly main: Stamp | 'empty' | 'no database'
  /** Null: there is none. */
  readonly wal: Wal | null | 'empty'
  readonly shared: SharedIndex | undefined
}

/** Of files that no process has open. */
export function judge({ main, wal, shared }: Found): Finding {
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
  // Written by a version that does not stamp.
  if (!first || !last) return true
  if (main.generation === last.generation) {
    const closed = main.commits === 0 || last.commits === 0
    return closed || (main.commits >= first.commits - 1 && main.commits <= last.commits)
  }
  if (main.generation === first.generation) return main.commits >= first.commits - 1
  // The commit that began a session, which is copied into the file at once, unless the process was killed before that.
  if (first.commits !== 1) return false
  const began = main.generation === 0 ? last.commits === 1 : nextGeneration(main.generation, 0)
  return began === true || began === first.generation
}
