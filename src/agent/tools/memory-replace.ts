import { z } from 'zod'
import { text } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import { defineInnerTool } from './define-inner-tool.ts'
import { applyEdit, type PreparedEdit } from './edit-tool.ts'
import { unescapeStructure } from './escape-structure.ts'

export const memoryReplace = defineInnerTool({
  name: 'memory_replace',
  effect: 'database',
  parameters: { label: text(LIMITS.label), old_string: z.string(), new_string: z.string() },
  prepare: (args): PreparedEdit => ({
    label: args.label,
    edit: {
      kind: 'replace_one',
      oldText: unescapeStructure(args.old_string),
      newText: unescapeStructure(args.new_string),
    },
  }),
  apply: applyEdit,
})
