/** How a search found an entry: by keyword, by vector, or by both. */
export const FOUND_BY = ['keyword', 'vector', 'both'] as const
export type FoundBy = (typeof FOUND_BY)[number]
