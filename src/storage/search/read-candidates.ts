import { type Candidate, NEIGHBOURS } from '../../search/rank.ts'

/*
 * Passages and messages as search candidates. Entries form lines (documents and conversations), in which their
 * neighbours are context.
 */

export interface Entry {
  readonly row: number
  /** The archive or agent. */
  readonly owner: string
  readonly text: string
  /** Position in its line. */
  readonly place: number
  /** Source of a passage, role of a message. */
  readonly kind: string
  readonly at: string
  /** Passes the filters, so it may be a result. */
  readonly passes: boolean
}

/** A range of positions in one line. */
export interface Stretch {
  /** An entry of the line; identifies it. */
  readonly member: Entry
  readonly from: number
  readonly to: number
}

/** How the entries of one table form lines. */
export interface EntryLines {
  /** Key of the document or conversation in which the entry has neighbours; undefined: none. */
  line(entry: Entry): string | undefined
  /** Maximum distance, in positions, of the neighbours to read. */
  readonly reach: number
  toCandidate(entry: Entry): Omit<Candidate, 'before' | 'after'>
}

export interface EntryReads extends EntryLines {
  read(rows: readonly number[]): readonly Entry[] | Promise<readonly Entry[]>
  /** Entries in these ranges that may serve as context. */
  stretches(stretches: readonly Stretch[]): readonly Entry[] | Promise<readonly Entry[]>
}

/** Assistant messages are long and repeat what they were told. Chosen by hand. */
const ASSISTANT_WEIGHT = 0.6

export const passageLines: EntryLines = {
  line: ({ owner, kind }) => (kind === '' ? undefined : `${owner} ${kind}`),
  reach: 2 * NEIGHBOURS,
  toCandidate: ({ row, text, owner, kind, at }) => ({
    row,
    text,
    at,
    group: kind === '' ? null : `${owner} ${kind}`,
    weight: 1,
  }),
}

export const messageLines: EntryLines = {
  line: ({ owner }) => owner,
  // Tool calls and their results stand between spoken messages.
  reach: 8 * NEIGHBOURS,
  toCandidate: ({ row, text, owner, kind, at }) => ({
    row,
    text,
    at,
    // Messages of one day form a group.
    group: `${owner} ${at.slice(0, 10)}`,
    weight: kind === 'assistant' ? ASSISTANT_WEIGHT : 1,
  }),
}

/**
 * These entries with their neighbours. Neighbours that pass the filters and are not newer than `upTo` are also entries
 * of their own.
 */
export async function readCandidates(
  entries: EntryReads,
  rows: readonly number[],
  upTo: number,
): Promise<readonly Candidate[]> {
  const found = await entries.read(rows)
  const stretches = stretchesAround(entries, found)
  const beside = stretches.length > 0 ? await entries.stretches(stretches) : []
  const lines = new Map<string | undefined, Entry[]>()
  for (const entry of beside) {
    const key = entries.line(entry)
    const line = lines.get(key)
    if (line) line.push(entry)
    else lines.set(key, [entry])
  }
  const spots = new Map<number, Spot>()
  for (const line of lines.values()) {
    line.sort((a, b) => a.place - b.place)
    line.forEach(({ row }, at) => {
      spots.set(row, { line, at })
    })
  }

  const candidates = new Map<number, Candidate>()
  const add = (entry: Entry) => {
    const { line, at } = spots.get(entry.row) ?? NOWHERE
    const before = line.slice(Math.max(0, at - NEIGHBOURS), at).reverse()
    const after = line.slice(at + 1, at + 1 + NEIGHBOURS)
    candidates.set(entry.row, {
      ...entries.toCandidate(entry),
      before: before.map(({ text }) => text),
      after: after.map(({ text }) => text),
    })
    return [...before, ...after]
  }
  for (const entry of found.flatMap(add)) {
    if (entry.passes && entry.row <= upTo && !candidates.has(entry.row)) add(entry)
  }
  return [...candidates.values()]
}

/** An entry's place in its line. */
interface Spot {
  readonly line: readonly Entry[]
  readonly at: number
}

const NOWHERE: Spot = { line: [], at: 0 }

/** Ranges around the entries, without overlaps. */
function stretchesAround(lines: EntryLines, found: readonly Entry[]): readonly Stretch[] {
  const byLine = new Map<string, Entry[]>()
  for (const entry of found) {
    const line = lines.line(entry)
    if (line !== undefined) byLine.set(line, [...(byLine.get(line) ?? []), entry])
  }
  return [...byLine.values()].flatMap((members) => {
    const stretches: Stretch[] = []
    for (const member of members.toSorted((a, b) => a.place - b.place)) {
      const [from, to] = [member.place - lines.reach, member.place + lines.reach]
      const last = stretches.at(-1)
      if (last && from <= last.to + 1) stretches[stretches.length - 1] = { ...last, to }
      else stretches.push({ member, from, to })
    }
    return stretches
  })
}
