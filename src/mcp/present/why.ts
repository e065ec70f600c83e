import { z } from 'zod'
import type { FoundWord } from '../../core/found.ts'
import type { Found } from '../../service/context.ts'

const text = z.string()
const count = z.int()

/** Why a search found an entry: only with `explain`. Scores compare within one answer. */
export const whyShape = z.strictObject({
  words: z
    .array(
      z.strictObject({
        word: text,
        /** Inverse document frequency. */
        rarity: z.number(),
        times: z.number(),
        /** In neighbours, weighted by their distance. */
        nearby: z.number(),
        /** Its part of the score. */
        score: z.number(),
      }),
    )
    .optional(),
  words_score: z.number().optional(),
  /** Added because its document or conversation has many hits. */
  source_boost: z.number().optional(),
  /** Added because its date is asked for. */
  date_boost: z.number().optional(),
  /** Added because it is later than others that hold the same words. */
  later_boost: z.number().optional(),
  names_speaker: z.boolean().optional(),
  /** Places in the lists that were merged, from 1. */
  keyword_rank: count.optional(),
  vector_rank: count.optional(),
  /** Cosine with the question. */
  similarity: z.number().optional(),
  /** Arguments that narrowed the search, all of which it passes. */
  filters: z.array(text),
})

/** Why it was found, for a caller that asked; `filters` are the arguments that narrowed the search. */
export function presentWhy(
  { why, places }: Pick<Found<unknown>, 'why' | 'places'>,
  filters: readonly string[],
): { why: z.infer<typeof whyShape> } {
  const { keywordRank, vectorRank, similarity } = places ?? {}
  return {
    why: {
      ...(why && {
        words: why.words.map((word) => ({ ...word, ...rounded(word) })),
        words_score: round(why.wordsScore),
        source_boost: round(why.sourceBoost),
        date_boost: round(why.dateBoost),
        later_boost: round(why.laterBoost),
        names_speaker: why.namesSpeaker,
      }),
      ...(keywordRank !== undefined && { keyword_rank: keywordRank }),
      ...(vectorRank !== undefined && { vector_rank: vectorRank }),
      ...(similarity !== undefined && { similarity: round(similarity) }),
      filters: [...filters],
    },
  }
}

const FILTERS = ['tags', 'match_all_tags', 'archive_id', 'roles', 'after', 'before', 'as_of']

/** Names of the arguments that narrow a search. */
export function filtersIn(args: Readonly<Record<string, unknown>>): readonly string[] {
  return FILTERS.filter((name) => args[name] !== undefined)
}

function rounded({ rarity, times, nearby, score }: FoundWord) {
  return { rarity: round(rarity), times: round(times), nearby: round(nearby), score: round(score) }
}

/** Three digits tell any two apart that a reader can. */
function round(number: number): number {
  return Math.round(number * 1_000) / 1_000
}
