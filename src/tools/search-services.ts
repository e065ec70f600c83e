import { z } from 'zod'
import type { WebSearchSettings } from '../core/web-search.ts'

/* The requests and answers of services that search the web, as these document them. */

interface WebQuery {
  readonly query: string
  readonly count: number
  readonly category?: string | undefined
  readonly includeText: boolean
  readonly includeDomains: readonly string[]
  readonly excludeDomains: readonly string[]
  /** Days such as 2026-03-31. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  /** Two letters of a country. */
  readonly country?: string | undefined
}

export interface WebResult {
  readonly title: string
  readonly url: string
  readonly published_date?: string | undefined
  readonly author?: string | undefined
  readonly highlights?: readonly string[] | undefined
  readonly text?: string | undefined
}

interface Service {
  /** Headers that carry the key. */
  headers(key: string): Readonly<Record<string, string>>
  body(query: WebQuery): Readonly<Record<string, unknown>>
  /** Throws if the answer is none of the service. */
  read(answer: unknown): readonly WebResult[]
}

/** Characters of a page's text, if that is asked for. Chosen by hand. */
const TEXT_CHARACTERS = 2_000

const optional = z.string().nullish()
const EXA_ANSWER = z.object({
  results: z.array(
    z.object({
      title: optional,
      url: z.string(),
      publishedDate: optional,
      author: optional,
      highlights: z.array(z.string()).nullish(),
      text: optional,
    }),
  ),
})
const TAVILY_ANSWER = z.object({
  results: z.array(
    z.object({
      title: optional,
      url: z.string(),
      published_date: optional,
      content: optional,
      raw_content: optional,
    }),
  ),
})

export const SEARCH_SERVICES: Readonly<Record<WebSearchSettings['service'], Service>> = {
  exa: {
    headers: (key) => ({ 'x-api-key': key }),
    body: (query) => ({
      query: query.query,
      numResults: query.count,
      type: 'auto',
      category: query.category,
      includeDomains: unlessEmpty(query.includeDomains),
      excludeDomains: unlessEmpty(query.excludeDomains),
      startPublishedDate: query.from,
      endPublishedDate: query.to,
      userLocation: query.country,
      contents: {
        highlights: true,
        ...(query.includeText && { text: { maxCharacters: TEXT_CHARACTERS } }),
      },
    }),
    read: (answer) =>
      EXA_ANSWER.parse(answer).results.map(({ title, publishedDate, ...result }) => ({
        title: title ?? '',
        url: result.url,
        published_date: publishedDate ?? undefined,
        author: result.author || undefined,
        highlights: result.highlights ?? undefined,
        text: result.text ?? undefined,
      })),
  },
  tavily: {
    headers: (key) => ({ authorization: `Bearer ${key}` }),
    body: (query) => ({
      query: query.query,
      max_results: query.count,
      topic: query.category === 'news' ? 'news' : 'general',
      include_domains: unlessEmpty(query.includeDomains),
      exclude_domains: unlessEmpty(query.excludeDomains),
      start_date: query.from,
      end_date: query.to,
      include_raw_content: query.includeText,
    }),
    read: (answer) =>
      TAVILY_ANSWER.parse(answer).results.map(({ title, url, ...result }) => ({
        title: title ?? '',
        url,
        published_date: result.published_date ?? undefined,
        highlights: result.content ? [result.content] : undefined,
        text: result.raw_content?.slice(0, TEXT_CHARACTERS) ?? undefined,
      })),
  },
}

function unlessEmpty(list: readonly string[]): readonly string[] | undefined {
  return list.length === 0 ? undefined : list
}
