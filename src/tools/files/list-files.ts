import { z } from 'zod'
import { defineInnerTool } from '../../agent/tools/define-inner-tool.ts'
import { toLocal } from '../../core/dates.ts'
import { text } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'

/** Chosen by hand. */
const MAX_FILES = 100

/** The tool `list_files`: documents that were loaded into the agent's archives. */
export const listFiles = defineInnerTool({
  name: 'list_files',
  effect: 'readonly',
  parameters: {
    query: text(LIMITS.source).optional(),
    limit: z.int().min(1).max(MAX_FILES).default(50),
    after: z.int().min(0).default(0),
  },
  async run({ query, limit, after }, { store, agent }) {
    const found = await store.files.list(agent.id, { query, after, limit: limit + 1 })
    const shown = found.slice(0, limit)
    if (shown.length === 0) return 'No file was loaded that fits.'
    const lines = shown.map(({ name, bytes, changedAt, loadedAt, note }) => {
      const size = bytes === null ? '' : `, ${bytes} bytes`
      const time = toLocal(changedAt ?? loadedAt, agent.settings.timezone)
      return `${name} (${time}${size})${note === '' ? '' : `: ${note}`}`
    })
    if (found.length > limit)
      lines.push(`There are more: list_files with after ${shown.at(-1)?.row}.`)
    return lines.join('\n')
  },
})
