import { z } from 'zod'
import { SCOPES } from '../../core/access.ts'
import { list } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import { TOOL_EFFECTS, TOOL_LANGUAGES } from '../../core/stored-tool.ts'
import { positive, tags, toolName, upTo } from './agent-file-fields.ts'

/** A tool that a user wrote, in its current version, or one of a tool server. Absent lists are empty. */
export const fileTool = z.strictObject({
  name: toolName,
  language: z.enum(TOOL_LANGUAGES),
  /** Program text; for `mcp` the name of the server, which has the rest. */
  source: upTo(LIMITS.toolSource),
  /** Fields that its author gave; all else is read from the source. */
  given: z
    .strictObject({
      name: z.literal(true).optional(),
      description: upTo(LIMITS.description).optional(),
      /** JSON Schema. */
      parameters: z.record(z.string(), z.unknown()).optional(),
      effect: z.enum(TOOL_EFFECTS).optional(),
    })
    .optional(),
  tags: tags.optional(),
  requires_approval: z.boolean().optional(),
  capabilities: z.array(z.enum(SCOPES)).optional(),
  network: list(upTo(LIMITS.word), LIMITS.tools).optional(),
  /** Names of secrets; a file has no values. */
  secrets: list(upTo(LIMITS.word), LIMITS.tools).optional(),
  timeout_seconds: z.number().optional(),
  max_result_chars: positive.optional(),
})
export type FileTool = z.infer<typeof fileTool>
