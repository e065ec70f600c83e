import type { AgentId, PassageId } from '../core/ids.ts'
import type { Passage } from '../core/passage.ts'
import { DAY } from '../search/day-range.ts'
import type { InsertedPassage, Store } from '../storage/port/store.ts'
import type { PreparedPassage } from './insert-passages.ts'
import { mayContradict, SIMILAR, similarity, tellingStems } from './similarity.ts'

/** An earlier passage that says nearly the same as a new one, or contradicts it. */
export interface SimilarPassage extends Compared {
  /** The new passage. */
  readonly to: PassageId
  /** Whole days from its time to that of the new one. Negative: it is about a later time. */
  readonly ageDays: number
}

interface Compared {
  readonly passage: Passage
  readonly likely: 'contradiction' | 'repetition'
  /** From 0 to 1. */
  readonly similarity: number
}

/* All of these are chosen by hand. */
/** A larger insert is a document, where such hints are of no use. */
const MAX_TEXTS = 5
const MAX_SIMILAR = 3
const MAX_CANDIDATES = 20
/** Stems that are looked up; the longest are the most specific. Chosen by hand. */
const MAX_STEMS = 24

/** For each text about to be inserted: similar current passages in the agent's archives. */
export async function findSimilar(
  store: Pick<Store, 'passages'>,
  agent: { readonly id: AgentId },
  passages: readonly PreparedPassage[],
): Promise<readonly (readonly Compared[])[]> {
  if (passages.length > MAX_TEXTS) return []
  const similar: (readonly Compared[])[] = []
  for (const { text } of passages) {
    const stems = tellingStems(text)
    const longest = stems.toSorted((a, b) => b.length - a.length).slice(0, MAX_STEMS)
    const candidates = await store.passages.alike(agent.id, longest, MAX_CANDIDATES)
    similar.push(
      candidates
        .map((passage) => ({
          passage,
          likely: likelihood(text, passage.text),
          similarity: similarity(stems, tellingStems(passage.text)),
        }))
        .filter((candidate) => candidate.similarity >= SIMILAR)
        .sort((a, b) => b.similarity - a.similarity),
    )
  }
  return similar
}

/**
 * The similar passages to report: without the passage itself, if it is a duplicate, and without the one that it
 * supersedes.
 */
export function chooseSimilar(
  similar: readonly (readonly Compared[])[],
  inserted: readonly InsertedPassage[],
  superseded?: string,
): readonly SimilarPassage[] {
  const known = new Set<string>(inserted.map(({ id }) => id))
  return inserted.flatMap(({ id, createdAt }, index) =>
    (similar[index] ?? [])
      .filter(({ passage }) => !known.has(passage.id) && passage.id !== superseded)
      .slice(0, MAX_SIMILAR)
      .map((candidate) => ({
        ...candidate,
        to: id,
        ageDays: Math.floor(
          (Date.parse(createdAt) - Date.parse(candidate.passage.createdAt)) / DAY,
        ),
      })),
  )
}

function likelihood(text: string, older: string): Compared['likely'] {
  return mayContradict(text, older) ? 'contradiction' : 'repetition'
}
