import { defineInnerTool } from '../agent/tools/define-inner-tool.ts'
import type { InnerTool } from '../agent/tools/inner-tool.ts'
import { filled } from '../core/filled.ts'
import { LIMITS } from '../core/limits.ts'
import type { GuardedFetch } from '../fetch/guarded-fetch.ts'
import { cut } from './call-code.ts'
import { readableText } from './readable-text.ts'

/** Chosen by hand: large pages have some hundred kilobytes of markup. */
const MAX_BYTES = 5_000_000
/** Chosen by hand. */
const MILLISECONDS = 30_000

/** The tool `fetch_webpage`: the text of a page that `RECOLLECT_FETCH` allows. */
export function fetchWebpage(fetch: GuardedFetch): InnerTool {
  return defineInnerTool({
    name: 'fetch_webpage',
    effect: 'readonly',
    parameters: { url: filled(LIMITS.query) },
    async run({ url }, _context, signal) {
      const page = await fetch(url, { maxBytes: MAX_BYTES, milliseconds: MILLISECONDS, signal })
      const text = page.body.toString('utf8')
      return cut(page.mediaType.includes('html') ? readableText(text) : text)
    },
  })
}
