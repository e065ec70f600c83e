import { z } from 'zod'
import { text } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import { defineInnerTool } from './define-inner-tool.ts'
import { applyEdit, type PreparedEdit } from './edit-tool.ts'
import { unescapeStructure } from './escape-structure.ts'

export const coreMemoryReplace = defineInnerTool({
  name: 'core_memory_replace',
  effect: 'database',
  parameters: { label: text(LIMITS.label), old_content: z.string(), new_content: z.string() },
  prepare: (args): PreparedEdit => ({
    label: args.label,
    edit: {
      kind: 'replace_all',
      oldText: unescapeStructure(args.old_content),
      newText: unescapeStructure(args.new_content),
    },
  }),
  apply: applyEdit,
})
