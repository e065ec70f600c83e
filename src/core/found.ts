/** Which way a search found something: by its words, by its meaning, or by both. */
export const FOUND_BY = ['keyword', 'vector', 'both'] as const
export type FoundBy = (typeof FOUND_BY)[number]
