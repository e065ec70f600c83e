import { z } from 'zod'

/*
 * The layout that Letta's server wrote from August 2025 on. Unknown fields are ignored, null is absence, and ids only link
 * parts of the file.
 */

const text = z.string()
const optional = <Shape extends z.ZodType>(shape: Shape) => shape.nullish()
const names = z.array(text)
const object = z.record(z.string(), z.unknown())

const part = z.looseObject({ type: text })

const call = z.object({
  id: text,
  function: z.object({ name: text, arguments: text }),
})

const toolReturn = z.looseObject({
  tool_call_id: optional(text),
  status: optional(text),
  func_response: z.unknown(),
})

export const message = z.object({
  id: text,
  role: z.enum(['system', 'user', 'assistant', 'tool', 'approval', 'summary']),
  content: optional(z.union([text, z.array(part)])),
  name: optional(text),
  tool_calls: optional(z.array(call)),
  tool_call_id: optional(text),
  tool_returns: optional(z.array(toolReturn)),
  created_at: optional(text),
})

const block = z.object({
  id: text,
  label: text,
  value: text,
  description: optional(text),
  limit: optional(z.number()),
  read_only: optional(z.boolean()),
  metadata: optional(object),
})

const tool = z.object({
  id: text,
  name: text,
  description: optional(text),
  tool_type: optional(text),
  source_type: optional(text),
  source_code: optional(text),
  json_schema: optional(object),
  tags: optional(names),
  default_requires_approval: optional(z.boolean()),
  return_char_limit: optional(z.number()),
  pip_requirements: optional(z.array(z.unknown())),
})

const rule = z.looseObject({ type: text, tool_name: optional(text) })

const secrets = z.union([object, z.array(z.looseObject({ key: text }))])

const agent = z.object({
  id: text,
  name: text,
  agent_type: optional(text),
  description: optional(text),
  system: optional(text),
  tags: optional(names),
  block_ids: optional(names),
  tool_ids: optional(names),
  tool_rules: optional(z.array(rule)),
  model: optional(text),
  embedding: optional(text),
  context_window_limit: optional(z.number()),
  llm_config: optional(
    z.object({
      model: optional(text),
      handle: optional(text),
      model_endpoint_type: optional(text),
      context_window: optional(z.number()),
      temperature: optional(z.number()),
      max_tokens: optional(z.number()),
    }),
  ),
  embedding_config: optional(z.object({ handle: optional(text) })),
  metadata: optional(object),
  timezone: optional(text),
  message_buffer_autoclear: optional(z.boolean()),
  secrets: optional(secrets),
  tool_exec_environment_variables: optional(secrets),
  messages: z.array(message),
  in_context_message_ids: optional(names),
  group_ids: optional(names),
  files_agents: optional(
    z.array(z.object({ agent_id: optional(text), file_id: text, visible_content: optional(text) })),
  ),
  source_ids: optional(names),
})

const group = z.object({
  id: text,
  agent_ids: optional(names),
  description: optional(text),
  manager_config: optional(
    z.looseObject({ manager_type: optional(text), manager_agent_id: optional(text) }),
  ),
})

const source = z.object({ id: text, name: optional(text) })
const file = z.object({
  id: text,
  source_id: optional(text),
  file_name: optional(text),
  original_file_name: optional(text),
  content: optional(text),
})

export const LettaFile = z.object({
  agents: z.array(agent).min(1),
  blocks: z.array(block),
  tools: optional(z.array(tool)),
  groups: optional(z.array(group)),
  sources: optional(z.array(source)),
  files: optional(z.array(file)),
  mcp_servers: optional(z.array(z.unknown())),
  skills: optional(z.array(z.looseObject({ name: optional(text) }))),
  created_at: optional(text),
})

export type LettaFile = z.infer<typeof LettaFile>
export type LettaAgent = z.infer<typeof agent>
export type LettaMessage = z.infer<typeof message>
export type LettaBlock = z.infer<typeof block>
export type LettaTool = z.infer<typeof tool>
export type LettaGroup = z.infer<typeof group>
export type LettaRule = z.infer<typeof rule>
