import { z } from 'zod'
import { SCOPES } from '../../core/access.ts'
import { TOOL_EFFECTS, TOOL_LANGUAGES } from '../../core/stored-tool.ts'
import { versionShape } from './shapes.ts'

const text = z.string()
const count = z.int()

/** A tool in a list. A built-in tool has its name as id, and version 0. */
export const listedToolShape = z.strictObject({
  id: text,
  name: text,
  description: text,
  language: z.enum([...TOOL_LANGUAGES, 'builtin']),
  /** `await`: of a built-in tool that waits for other agents. */
  effect: z.enum([...TOOL_EFFECTS, 'await']),
  requires_approval: z.boolean(),
  version: count,
})

/** As much of a tool as its source tells. */
export const checkedToolShape = z.strictObject({
  name: text,
  description: text,
  language: z.enum(TOOL_LANGUAGES),
  effect: z.enum(TOOL_EFFECTS),
  /** JSON Schema as text. */
  parameters: text,
})

/** Fields that a built-in tool lacks are absent. */
export const toolShape = listedToolShape.extend({
  /** JSON Schema as text. */
  parameters: text,
  source: text.optional(),
  /** Length of the whole source, and the offset of the rest, if it is too long for one answer. */
  chars: count.optional(),
  next_offset: count.optional(),
  author: text.optional(),
  capabilities: z.array(z.enum(SCOPES)).optional(),
  network: z.array(text).optional(),
  secrets: z.array(text).optional(),
  timeout_seconds: z.number().optional(),
  tags: z.array(text).optional(),
  created_at: text.optional(),
  updated_at: text.optional(),
})

/** `by` is the name of a caller, the id of an agent, or `import`. */
export const toolVersionShape = versionShape

export const toolTrialShape = {
  status: z.enum(['success', 'error', 'timeout']),
  result: text,
  stdout: text,
  stderr: text,
  duration_ms: count,
  changes: z.array(z.strictObject({ label: text, diff: text })),
}
