import type { StoredTool } from '../../core/stored-tool.ts'
import { parseToolRule } from '../../core/tool-rule.ts'
import type { AgentChecks } from '../format/agent-checks.ts'
import type { AgentFile, FileAgent, FileBlock } from '../format/agent-file.ts'
import type { TeamGroup } from '../format/team-file.ts'
import { withLocalIds } from './local-ids.ts'
import { toSupplement } from './supplement.ts'
import { writeMessages } from './write-messages.ts'

type Checks = Pick<AgentChecks, 'systemMessage' | 'isTool'>

/**
 * The agents in the layout of Letta, with what that can't say beside it. `stored` are their tools with code. With `group`
 * they are its manager, then its members.
 */
export function toLettaFile(
  whole: readonly AgentFile[],
  stored: readonly StoredTool[],
  checks: Checks,
  group?: TeamGroup,
): Readonly<Record<string, unknown>> {
  const own = withLocalIds(whole)
  const blocks = writeBlocks(own)
  const names = [...new Set(own.flatMap(({ agent }) => agent.tools))]
  const tools = names.map((name, index) => writeTool(name, index, stored))
  let first = 0
  const agents = own.map((file, index) => {
    const id = `agent-${index}`
    const messages = writeMessages(file, systemOf(file, checks), id, first)
    first += messages.length
    return {
      ...writeAgent(file),
      id,
      group_ids: group ? [GROUP] : [],
      block_ids: blocks.of(index),
      tool_ids: tools.filter(({ name }) => file.agent.tools.includes(name)).map((tool) => tool.id),
      messages,
      in_context_message_ids: messages.map((message) => message.id),
    }
  })
  const written = {
    agents,
    groups: group ? [writeGroup(group, agents)] : [],
    blocks: blocks.all,
    files: [],
    sources: [],
    tools,
    mcp_servers: [],
    skills: [],
  }
  return {
    ...written,
    metadata: { revision_id: 'recollect' },
    created_at: whole[0]?.exported_at,
    recollect: toSupplement(written, own, group),
  }
}

const GROUP = 'group-0'

function writeGroup({ name }: TeamGroup, agents: readonly { readonly id: string }[]) {
  const [manager, ...members] = agents.map(({ id }) => id)
  return {
    id: GROUP,
    agent_ids: members,
    description: name,
    manager_config: { manager_type: 'supervisor', manager_agent_id: manager },
    shared_block_ids: [],
    project_id: null,
    hidden: null,
  }
}

/** A block that several agents have stands in the file once. */
function writeBlocks(files: readonly AgentFile[]) {
  const all: ReturnType<typeof writeBlock>[] = []
  const shared = new Map<string, string>()
  const add = (block: FileBlock): string => {
    const known = block.key === undefined ? undefined : shared.get(block.key)
    if (known !== undefined) return known
    const written = writeBlock(block, all.length)
    all.push(written)
    if (block.key !== undefined) shared.set(block.key, written.id)
    return written.id
  }
  const ids = files.map(({ blocks }) => blocks.map(add))
  return { all, of: (agent: number) => ids[agent] ?? [] }
}

function writeAgent({ agent: { settings, ...agent }, sleeptime }: AgentFile) {
  const secrets = Object.fromEntries((settings.secret_names ?? []).map((name) => [name, '']))
  return {
    secrets,
    tool_exec_environment_variables: secrets,
    name: agent.name,
    description: agent.description || null,
    agent_type: agent.agent_type,
    system: agent.system,
    tags: agent.tags,
    tool_rules: agent.tool_rules.map(writeRule),
    model: agent.model,
    embedding: agent.embedding,
    llm_config: writeModel(agent),
    embedding_config: null,
    context_window_limit: agent.context_window,
    metadata: agent.metadata ?? null,
    timezone: settings.timezone,
    message_buffer_autoclear: settings.message_buffer_autoclear,
    memory_blocks: [],
    tools: [],
    source_ids: [],
    folder_ids: [],
    files_agents: [],
    identity_ids: [],
    initial_message_sequence: null,
    include_base_tools: false,
    include_multi_agent_tools: false,
    include_base_tool_rules: false,
    include_default_source: false,
    enable_sleeptime: sleeptime?.enabled ?? false,
    hidden: null,
  }
}

/** Letta wants to know a model, even if the server chooses it. */
function writeModel({ model, context_window }: Pick<FileAgent, 'model' | 'context_window'>) {
  const handle = model ?? 'openai/gpt-4.1'
  const slash = handle.indexOf('/')
  return {
    handle,
    model: handle.slice(slash + 1),
    model_endpoint_type: slash < 0 ? 'openai' : handle.slice(0, slash),
    context_window,
  }
}

function writeRule(rule: FileAgent['tool_rules'][number]) {
  const { cases, default_child, require_match, limit, ...rest } = rule
  return {
    ...rest,
    ...(cases && {
      child_output_mapping: Object.fromEntries(cases.map(({ equals, tool }) => [equals, tool])),
    }),
    ...(rule.type === 'conditional' && {
      default_child: default_child ?? null,
      require_output_mapping: require_match ?? false,
    }),
    ...(limit !== undefined && { max_count_limit: limit }),
    prompt_template: null,
  }
}

function writeBlock({ label, versions, metadata }: FileBlock, index: number) {
  const { value, description, limit, read_only } = latest(versions)
  return {
    id: `block-${index}`,
    label,
    value,
    description: description || null,
    limit,
    read_only,
    metadata: metadata ?? {},
    is_template: false,
    hidden: null,
  }
}

function latest<T>(versions: readonly T[]): T {
  const last = versions.at(-1)
  if (last === undefined) throw new Error('a block has a version')
  return last
}

function writeTool(name: string, index: number, stored: readonly StoredTool[]) {
  const own = stored.find((tool) => tool.name === name)
  const id = `tool-${index}`
  if (own === undefined || own.language === 'mcp') {
    const tool_type = own ? 'external_mcp' : typeOf(name)
    const schema = own ? { name, description: own.description, parameters: own.parameters } : null
    return {
      id,
      name,
      tool_type,
      source_type: 'python',
      source_code: null,
      json_schema: schema,
      tags: [],
    }
  }
  const { description, parameters } = own
  return {
    id,
    name,
    tool_type: 'custom',
    description,
    source_type: own.language,
    source_code: own.source,
    json_schema: { name, description, parameters },
    tags: own.tags,
    default_requires_approval: own.requiresApproval,
    return_char_limit: own.maxResultChars ?? 50_000,
    pip_requirements: [],
  }
}

function typeOf(name: string): string {
  if (/^(core_memory|memory)/.test(name)) return 'letta_memory_core'
  if (/^send_message_to/.test(name)) return 'letta_multi_agent_core'
  if (/^(web_search|fetch_webpage|run_code)$/.test(name)) return 'letta_builtin'
  if (/_files$/.test(name)) return 'letta_files_core'
  return 'letta_core'
}

function systemOf({ agent, blocks }: AgentFile, checks: Checks): string {
  const shown = blocks.map(({ label, versions }) => {
    const { value, description, limit, read_only: readOnly } = latest(versions)
    return { label, value, description, limit, readOnly }
  })
  const parts = {
    system: agent.system,
    agentType: agent.agent_type,
    toolRules: agent.tool_rules.map(parseToolRule),
  }
  return checks.systemMessage(parts, shown)
}
