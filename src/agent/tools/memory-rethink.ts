import { z } from 'zod'
import { defineInnerTool } from './define-inner-tool.ts'
import { applyEdit, type PreparedEdit } from './edit-tool.ts'
import { unescapeStructure } from './escape-structure.ts'

export const memoryRethink = defineInnerTool({
  name: 'memory_rethink',
  effect: 'database',
  parameters: { label: z.string(), new_memory: z.string() },
  prepare: (args): PreparedEdit => ({
    label: args.label,
    edit: { kind: 'write', value: unescapeStructure(args.new_memory) },
  }),
  apply: applyEdit,
})
