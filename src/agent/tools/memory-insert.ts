import { z } from 'zod'
import { defineInnerTool } from './define-inner-tool.ts'
import { applyEdit, type PreparedEdit } from './edit-tool.ts'
import { unescapeStructure } from './escape-structure.ts'

export const memoryInsert = defineInnerTool({
  name: 'memory_insert',
  effect: 'database',
  parameters: { label: z.string(), new_string: z.string(), insert_line: z.int().default(-1) },
  prepare: (args): PreparedEdit => ({
    label: args.label,
    edit: { kind: 'insert', text: unescapeStructure(args.new_string), line: args.insert_line },
  }),
  apply: applyEdit,
})
