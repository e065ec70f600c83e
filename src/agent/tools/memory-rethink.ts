import { z } from 'zod'
import { text } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import { defineInnerTool } from './define-inner-tool.ts'
import { applyEdit, type PreparedEdit } from './edit-tool.ts'
import { unescapeStructure } from './escape-structure.ts'

export const memoryRethink = defineInnerTool({
  name: 'memory_rethink',
  effect: 'database',
  parameters: { label: text(LIMITS.label), new_memory: z.string() },
  prepare: (args): PreparedEdit => ({
    label: args.label,
    edit: { kind: 'write', value: unescapeStructure(args.new_memory) },
  }),
  apply: applyEdit,
})
