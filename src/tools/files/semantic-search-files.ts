import { z } from 'zod'
import { defineInnerTool } from '../../agent/tools/define-inner-tool.ts'
import type { TrustedContext } from '../../agent/tools/inner-tool.ts'
import { MAX_RESULTS, toResultText } from '../../agent/tools/search-results.ts'
import { filled } from '../../core/filled.ts'
import { LIMITS } from '../../core/limits.ts'
import type { Passage } from '../../core/passage.ts'
import { searchPassages } from '../../memory/archival.ts'

/** Pages of a search that are looked through for passages of files. Chosen by hand. */
const MAX_PAGES = 4

/** The tool `semantic_search_files`: passages of documents that were loaded, and no others. */
export const semanticSearchFiles = defineInnerTool({
  name: 'semantic_search_files',
  effect: 'readonly',
  parameters: {
    query: filled(LIMITS.query),
    limit: z.int().min(1).max(MAX_RESULTS).default(5),
  },
  async run({ query, limit }, context) {
    const found: Passage[] = []
    const isOfFile = fileTest(context)
    let cursor: string | undefined
    let warnings: readonly string[] | undefined
    for (let page = 0; page < MAX_PAGES && found.length < limit; page += 1) {
      const { timezone } = context.agent.settings
      const search = { query, timezone, limit: MAX_RESULTS, cursor }
      const answer = await searchPassages(context.store, context.agent.id, search, context.embed)
      for (const { item } of answer.items) if (await isOfFile(item)) found.push(item)
      warnings = answer.warnings
      cursor = answer.nextCursor
      if (cursor === undefined) break
    }
    const results = found
      .slice(0, limit)
      .map(({ source, text }) => ({ file_name: source, content: text }))
    const { text, shown } = toResultText(results, found.length > limit, warnings)
    return { text, found: found.slice(0, shown).map(({ id }) => id) }
  },
})

function fileTest({ store }: TrustedContext): (passage: Passage) => Promise<boolean> {
  const known = new Map<string, boolean>()
  return async ({ archiveId, source }) => {
    if (source === '') return false
    const key = `${archiveId} ${source}`
    const isFile = known.get(key) ?? (await store.files.named(archiveId, source)) !== undefined
    known.set(key, isFile)
    return isFile
  }
}
