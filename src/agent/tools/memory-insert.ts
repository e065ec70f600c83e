import { z } from 'zod'
import { text } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import { defineInnerTool } from './define-inner-tool.ts'
import { applyEdit, type PreparedEdit } from './edit-tool.ts'
import { unescapeStructure } from './escape-structure.ts'

export const memoryInsert = defineInnerTool({
  name: 'memory_insert',
  effect: 'database',
  parameters: {
    label: text(LIMITS.label),
    new_string: z.string(),
    insert_line: z.int().max(LIMITS.count).default(-1),
  },
  prepare: (args): PreparedEdit => ({
    label: args.label,
    edit: { kind: 'insert', text: unescapeStructure(args.new_string), line: args.insert_line },
  }),
  apply: applyEdit,
})
