import type { AgentView } from '../../core/agent-view.ts'
import { presentBlock } from './block.ts'
import type { PresentedTool } from './tool.ts'
import { presentToolRule } from './tool-rule.ts'

export interface AgentRelations {
  readonly tools: readonly PresentedTool[]
  /** The model that answers for an agent that names none. */
  readonly defaultModel: string
}

/** An agent as Letta's clients read it: all relations are always filled. */
export function presentAgent(view: AgentView, { tools, defaultModel }: AgentRelations) {
  const { agent } = view
  const blocks = view.blocks.map(presentBlock)
  const secrets = agent.settings.secretNames.map((key) => ({
    key,
    value: '',
    description: null,
    agent_id: agent.id,
  }))
  const model = agent.model ?? defaultModel
  return {
    id: agent.id,
    name: agent.name,
    description: agent.description || null,
    agent_type: agent.agentType,
    system: view.system,
    model,
    embedding: agent.embedding,
    llm_config: presentModel(model, agent.contextWindow),
    embedding_config: presentEmbedding(agent.embedding),
    model_settings: null,
    compaction_settings: null,
    response_format: null,
    memory: { agent_type: agent.agentType, blocks, file_blocks: [], prompt_template: '' },
    blocks,
    tools,
    sources: [],
    tags: agent.tags,
    tool_rules: agent.toolRules.map(presentToolRule),
    metadata: agent.metadata ?? {},
    secrets,
    tool_exec_environment_variables: secrets,
    timezone: agent.settings.timezone,
    message_buffer_autoclear: agent.settings.messageBufferAutoclear,
    message_ids: [],
    enable_sleeptime: view.sleeptime?.isEnabled ?? null,
    managed_group: null,
    multi_agent_group: null,
    identities: [],
    identity_ids: [],
    hidden: null,
    project_id: null,
    template_id: null,
    base_template_id: null,
    pending_approval: null,
    created_at: agent.createdAt,
    updated_at: agent.updatedAt,
  }
}

/** A model as the `llm_config` of an agent. */
export function presentModel(handle: string, contextWindow: number) {
  const slash = handle.indexOf('/')
  const provider = slash < 0 ? 'openai' : handle.slice(0, slash)
  return {
    handle,
    model: handle.slice(slash + 1),
    model_endpoint_type: provider,
    model_endpoint: null,
    provider_name: provider,
    provider_category: 'base',
    context_window: contextWindow,
    put_inner_thoughts_in_kwargs: false,
    enable_reasoner: false,
    max_tokens: null,
    temperature: null,
  }
}

/** Clients before 1.0 require one with a number of dimensions, whatever it is. */
function presentEmbedding(given: string | null) {
  const handle = given ?? 'none/none'
  const slash = handle.indexOf('/')
  return {
    handle,
    embedding_model: handle.slice(slash + 1),
    embedding_endpoint_type: handle.slice(0, slash),
    embedding_endpoint: null,
    embedding_dim: 0,
    embedding_chunk_size: 300,
  }
}
