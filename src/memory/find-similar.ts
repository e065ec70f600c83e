import type { AgentId, PassageId } from '../core/ids.ts'
import type { Passage } from '../core/passage.ts'
import type { InsertedPassage, Store } from '../storage/port/store.ts'
import type { PreparedPassage } from './insert-passages.ts'
import { SIMILAR, similarity, tellingStems } from './similarity.ts'

/** A passage that says nearly the same as a new one, or contradicts it. */
export interface SimilarPassage extends Compared {
  /** The new one. */
  readonly to: PassageId
}

interface Compared {
  readonly passage: Passage
  /** From 0 to 1. */
  readonly similarity: number
}

/* All of these are chosen by hand. */
/** An insert of more texts brings a document, and has no use for this. */
const MAX_TEXTS = 5
const MAX_SIMILAR = 3
const MAX_CANDIDATES = 20
/** Stems that are looked up; the longest say most. */
const MAX_STEMS = 24

/** For each of these, before it is stored, what it is like among the current passages of the agent's archives. */
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
          similarity: similarity(stems, tellingStems(passage.text)),
        }))
        .filter((candidate) => candidate.similarity >= SIMILAR)
        .sort((a, b) => b.similarity - a.similarity),
    )
  }
  return similar
}

/** What of that is to be told: not the passage itself, if it was there already, and not the one that it superseded. */
export function chooseSimilar(
  similar: readonly (readonly Compared[])[],
  inserted: readonly InsertedPassage[],
  superseded?: string,
): readonly SimilarPassage[] {
  const known = new Set<string>(inserted.map(({ id }) => id))
  return inserted.flatMap(({ id }, index) =>
    (similar[index] ?? [])
      .filter(({ passage }) => !known.has(passage.id) && passage.id !== superseded)
      .slice(0, MAX_SIMILAR)
      .map((candidate) => ({ ...candidate, to: id })),
  )
}
