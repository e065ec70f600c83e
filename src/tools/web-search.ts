import { z } from 'zod'
import { defineInnerTool } from '../agent/tools/define-inner-tool.ts'
import type { InnerTool } from '../agent/tools/inner-tool.ts'
import { Unavailable } from '../core/errors.ts'
import { filled } from '../core/filled.ts'
import { list } from '../core/limited.ts'
import { LIMITS } from '../core/limits.ts'
import { createRedaction } from '../core/redact.ts'
import { cleanText } from '../core/text.ts'
import type { WebSearchSettings } from '../core/web-search.ts'
import type { GuardedRequest } from '../fetch/guarded-fetch.ts'
import { RESULT_CHARACTERS } from './call-code.ts'
import { SEARCH_SERVICES, type WebResult } from './search-services.ts'

/** All chosen by hand. */
const RESULTS = 10
const MAX_RESULTS = 25
const MAX_BYTES = 2_000_000
const MILLISECONDS = 30_000
const ERROR_CHARACTERS = 300
/** As Exa names them; Tavily knows news alone. */
const CATEGORIES = [
  'company',
  'research paper',
  'news',
  'pdf',
  'github',
  'personal site',
  'linkedin profile',
  'financial report',
] as const

const day = z.string().regex(/^\d{4}-\d\d-\d\d/, 'expected a date like 2026-03-31')
const domains = list(filled(LIMITS.reference), LIMITS.tags).optional()

/** The tool `web_search`, with the names and parameters of Letta's. `request` reaches the service and nothing else. */
export function webSearch(
  { service, baseUrl, key }: WebSearchSettings,
  request: GuardedRequest,
): InnerTool {
  const { headers, body, read } = SEARCH_SERVICES[service]
  const hide = createRedaction([key])
  return defineInnerTool({
    name: 'web_search',
    effect: 'readonly',
    parameters: {
      query: filled(LIMITS.query),
      num_results: z.int().min(1).max(MAX_RESULTS).default(RESULTS),
      category: z.enum(CATEGORIES).optional(),
      include_text: z.boolean().default(false),
      include_domains: domains,
      exclude_domains: domains,
      start_published_date: day.optional(),
      end_published_date: day.optional(),
      user_location: z.string().length(2, 'expected two letters of a country').optional(),
    },
    async run(args, _context, signal) {
      const query = {
        query: args.query,
        count: args.num_results,
        category: args.category,
        includeText: args.include_text,
        includeDomains: args.include_domains ?? [],
        excludeDomains: args.exclude_domains ?? [],
        from: args.start_published_date,
        to: args.end_published_date,
        country: args.user_location,
      }
      const { status, body: answer } = await request(
        `${baseUrl}/search`,
        {
          method: 'POST',
          headersFor: () => ({ 'content-type': 'application/json', ...headers(key) }),
          body: JSON.stringify(body(query)),
        },
        { maxBytes: MAX_BYTES, milliseconds: MILLISECONDS, signal },
      )
      const text = answer.toString('utf8')
      const results = status === 200 ? readResults(read, text) : undefined
      if (results === undefined) {
        const said = hide(cleanText(text)).slice(0, ERROR_CHARACTERS)
        throw new Unavailable(
          `The search service ${service} did not answer as it should (status ${status}): ${said || 'nothing'}. Try other words or try later; if it goes on, tell the user, whose operator sets the key.`,
        )
      }
      return render(args.query, results)
    },
  })
}

function readResults(
  read: (answer: unknown) => readonly WebResult[],
  text: string,
): readonly WebResult[] | undefined {
  try {
    return read(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** As many whole results as fit, the best first; the others are counted. */
function render(query: string, results: readonly WebResult[]): string {
  const fitting: WebResult[] = []
  let size = 0
  for (const result of results) {
    size += JSON.stringify(result).length
    if (size > RESULT_CHARACTERS && fitting.length > 0) break
    fitting.push(result)
  }
  const leftOut = results.length - fitting.length
  return cleanText(
    JSON.stringify({ query, results: fitting, ...(leftOut > 0 && { left_out: leftOut }) }),
  )
}
