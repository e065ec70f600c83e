import { z } from 'zod'
import { text } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import { defineInnerTool } from './define-inner-tool.ts'
import { applyEdit, type PreparedEdit } from './edit-tool.ts'
import { unescapeStructure } from './escape-structure.ts'

export const coreMemoryAppend = defineInnerTool({
  name: 'core_memory_append',
  effect: 'database',
  parameters: { label: text(LIMITS.label), content: z.string() },
  prepare: (args): PreparedEdit => ({
    label: args.label,
    edit: { kind: 'append', text: unescapeStructure(args.content) },
  }),
  apply: applyEdit,
})
