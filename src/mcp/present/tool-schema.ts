import { z } from 'zod'
import { SCOPES } from '../../core/access.ts'
import { filled } from '../../core/filled.ts'
import { list, text } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import { MAX_TOOL_SECONDS, TOOL_EFFECTS } from '../../core/stored-tool.ts'
import type { ToolFields } from '../../core/tool-view.ts'
import { description, name, reference, tags } from './schema.ts'

/* Parameters of the toolset `tools`. */

export const tool = reference.describe('Id or exact name of the tool')
export const language = z.enum(['python', 'typescript']).optional()
export const source = text(LIMITS.toolSource).describe(
  'One function with type hints and a docstring or JSDoc. Parameters agent_state (memory of the agent) and client are filled in by the server',
)
export const seconds = z.number().min(1).max(MAX_TOOL_SECONDS).optional()

/** Fields of a tool besides its source. */
export const toolFields = {
  language: language.describe('Told from the source if absent'),
  name: name.describe('Instead of the name of the function').optional(),
  description: description.describe('Instead of that in the source').optional(),
  parameters: filled(LIMITS.toolParameters)
    .describe('JSON Schema as text, instead of that read from the source')
    .optional(),
  effect: z
    .enum(TOOL_EFFECTS)
    .describe('What repeating a call does; database, or once with network, if absent')
    .optional(),
  requires_approval: z.boolean().describe('A person must approve each call').optional(),
  capabilities: list(z.enum(SCOPES), SCOPES.length)
    .describe('Scopes that client may use on other agents; none if absent')
    .optional(),
  network: list(text(LIMITS.reference), LIMITS.tags)
    .describe('Hosts that fetch may reach, if the operator allows them too')
    .optional(),
  secrets: list(text(LIMITS.reference), LIMITS.tags)
    .describe("Names of the operator's secrets for its requests")
    .optional(),
  timeout_seconds: seconds,
  tags: tags.optional(),
}

export function toToolFields({
  requires_approval,
  timeout_seconds,
  ...fields
}: Partial<z.infer<z.ZodObject<typeof toolFields>>> & {
  readonly source?: string | undefined
}): ToolFields {
  return { ...fields, requiresApproval: requires_approval, timeoutSeconds: timeout_seconds }
}
