import { z } from 'zod'
import type { AgentType } from '../../core/agent.ts'
import type { AgentFields, NewAgent, SettingsPatch } from '../../core/agent-view.ts'
import type { NewBlock } from '../../core/block.ts'
import { record } from './body.ts'
import { lettaToolRule, readToolRule } from './tool-rule.ts'

export const lettaBlock = z.object({
  label: z.string(),
  value: z.string(),
  description: z.string().optional(),
  limit: z.number().int().optional(),
  read_only: z.boolean().optional(),
  metadata: record.optional(),
})

export function readBlock(block: z.infer<typeof lettaBlock>): NewBlock {
  const { label, value, description, limit, metadata } = block
  return { label, value, description, limit, readOnly: block.read_only, metadata }
}

const fields = {
  name: z.string().optional(),
  description: z.string().optional(),
  system: z.string().optional(),
  tags: z.array(z.string()).optional(),
  model: z.string().optional(),
  embedding: z.string().optional(),
  context_window_limit: z.number().int().optional(),
  llm_config: z
    .object({
      model: z.string().optional(),
      handle: z.string().optional(),
      model_endpoint_type: z.string().optional(),
      context_window: z.number().int().optional(),
    })
    .optional(),
  embedding_config: z
    .object({
      handle: z.string().optional(),
      embedding_model: z.string().optional(),
      embedding_endpoint_type: z.string().optional(),
    })
    .optional(),
  metadata: record.optional(),
  timezone: z.string().optional(),
  message_buffer_autoclear: z.boolean().optional(),
  enable_sleeptime: z.boolean().optional(),
  secrets: z.record(z.string(), z.unknown()).optional(),
  tool_exec_environment_variables: z.record(z.string(), z.unknown()).optional(),
  tool_rules: z.array(lettaToolRule).optional(),
  tool_ids: z.array(z.string()).optional(),
  block_ids: z.array(z.string()).optional(),
}

export const agentBody = z.object({
  ...fields,
  agent_type: z.string().optional(),
  memory_blocks: z.array(lettaBlock).optional(),
  tools: z.array(z.string()).optional(),
  include_base_tools: z.boolean().optional(),
})

export const agentPatch = z.object(fields)
export type AgentPatchBody = z.infer<typeof agentPatch>

/** Types of Letta with a heartbeat; all others end a turn with their words. */
const MEMGPT_TYPES = ['memgpt_agent', 'memgpt_v2_agent']

export function readAgentType(type: string | undefined): AgentType {
  return type !== undefined && MEMGPT_TYPES.includes(type) ? 'memgpt_agent' : 'letta_v1_agent'
}

/** Fields that creating and changing have in common, without tools. */
export function readAgentFields(body: AgentPatchBody, knowsEmbedding: (handle: string) => boolean) {
  const embedding = body.embedding ?? embeddingOf(body)
  const model = body.model ?? modelOf(body)
  return {
    name: body.name,
    description: body.description,
    system: body.system,
    tags: body.tags,
    model,
    // A handle that nobody here can embed with would stop the archive's vectors for good.
    embedding: embedding !== undefined && knowsEmbedding(embedding) ? embedding : undefined,
    contextWindow: body.context_window_limit ?? body.llm_config?.context_window,
    metadata: body.metadata,
    takesAnyModel: true,
    ...(body.tool_rules && { toolRules: body.tool_rules.map(readToolRule) }),
  } satisfies AgentFields & Pick<NewAgent, 'toolRules'>
}

export function readSettings(body: AgentPatchBody): SettingsPatch {
  const secrets = body.secrets ?? body.tool_exec_environment_variables
  return {
    timezone: body.timezone,
    messageBufferAutoclear: body.message_buffer_autoclear,
    ...(secrets && { secretNames: Object.keys(secrets) }),
  }
}

function modelOf({ llm_config: config }: AgentPatchBody): string | undefined {
  if (config?.handle) return config.handle
  if (!config?.model) return undefined
  return `${config.model_endpoint_type ?? 'openai'}/${config.model}`
}

function embeddingOf({ embedding_config: config }: AgentPatchBody): string | undefined {
  if (config?.handle) return config.handle
  if (!config?.embedding_model) return undefined
  return `${config.embedding_endpoint_type ?? 'openai'}/${config.embedding_model}`
}
