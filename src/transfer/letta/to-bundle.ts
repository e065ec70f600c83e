import { type AgentType, DEFAULT_CONTEXT_WINDOW, MIN_CONTEXT_WINDOW } from '../../core/agent.ts'
import { DEFAULT_SETTINGS } from '../../core/agent-settings.ts'
import { BLOCK_LABEL, DEFAULT_BLOCK_LIMIT } from '../../core/block.ts'
import { UserError } from '../../core/errors.ts'
import { LIMITS } from '../../core/limits.ts'
import { countCharacters, excerpt, sliceCharacters } from '../../core/text.ts'
import { isTimezone } from '../../core/timezone.ts'
import { isBuiltInTool } from '../../core/tool.ts'
import type { AgentFile } from '../format/agent-file.ts'
import { FORMAT, FORMAT_VERSION, fileBlock } from '../format/agent-file.ts'
import type { Bundle } from '../format/bundle.ts'
import { toFileSettings } from '../format/file-settings.ts'
import { parseAgentFile, parsePart } from '../format/read-file.ts'
import type { LettaAgent, LettaBlock, LettaFile } from './layout.ts'
import { readFiles } from './read-files.ts'
import { readGroups, withDelegation } from './read-groups.ts'
import { type History, readHistory } from './read-messages.ts'
import { readRules, readTools } from './read-tools.ts'

/** Types of Letta with a heartbeat; all others end a turn with their words. */
const MEMGPT_TYPES = ['memgpt_agent', 'memgpt_v2_agent']

/** Agents, blocks and tools of a file of Letta in our form. Throws a UserError if its parts don't fit together. */
export function toBundle(file: LettaFile, now: string): Bundle {
  const time = file.created_at ?? now
  checkLinks(file)
  const used = new Set(file.agents.flatMap(({ block_ids }) => block_ids ?? []))
  const warnings = [...leftOut(file)]
  const blocks = new Map(
    file.blocks.map((block) => [block.id, readBlock(block, time, (text) => warnings.push(text))]),
  )
  const agents = file.agents.map((agent) => {
    const read = readAgent(file, agent, blocks, time)
    warnings.push(...read.warnings.map((text) => `${nameOf(agent)}: ${text}`))
    return read.file
  })
  const { groups, warnings: ofGroups } = readGroups(file)
  warnings.push(...ofGroups)
  const managers = new Set(groups.map(({ manager }) => manager))
  const loose = file.blocks.filter(({ id }) => !used.has(id))
  return {
    agents: agents.map((agent, index) => (managers.has(index) ? withDelegation(agent) : agent)),
    groups,
    looseBlocks: loose.flatMap(({ id }) => parsePart(fileBlock, blocks.get(id), 'blocks')),
    tools: readTools(file.tools ?? []),
    warnings: [...new Set(warnings)],
  }
}

function readAgent(
  file: LettaFile,
  agent: LettaAgent,
  blocks: ReadonlyMap<string, RawBlock>,
  time: string,
): { readonly file: AgentFile; readonly warnings: readonly string[] } {
  const agentType = typeOf(agent)
  const history = readHistory(
    agent.messages,
    agent.in_context_message_ids ?? undefined,
    agentType,
    time,
  )
  const { rules, warnings: ofRules } = readRules(agent.tool_rules ?? [])
  const own = ownBlocks(agent, blocks)
  const window = readWindow(agent)
  const zone = readZone(agent)
  const archive = readFiles(
    file,
    {
      ids: (agent.files_agents ?? []).map(({ file_id }) => file_id),
      sourceIds: agent.source_ids ?? [],
    },
    time,
  )
  const written = {
    format: FORMAT,
    version: FORMAT_VERSION,
    exported_at: time,
    agent: {
      name: nameOf(agent),
      description: agent.description ?? '',
      agent_type: agentType,
      model: modelOf(agent),
      embedding: agent.embedding ?? agent.embedding_config?.handle ?? null,
      context_window: window.value,
      system: agent.system ?? null,
      tags: agent.tags ?? [],
      tools: toolsOf(file, agent),
      tool_rules: rules,
      settings: {
        ...toFileSettings(DEFAULT_SETTINGS),
        timezone: zone.value,
        message_buffer_autoclear: agent.message_buffer_autoclear ?? false,
        ...withSecrets(agent),
      },
      ...(agent.metadata && { metadata: agent.metadata }),
      // The layout has no other place for it than the prompt that was compiled at first.
      created_at: (agent.messages[0]?.role === 'system' && agent.messages[0].created_at) || time,
    },
    context: { from: history.from, summaries_from: 1, pressure_told: false },
    summaries: summariesOf(history),
    blocks: own.blocks,
    messages: history.messages,
    archives: archive ? [archive] : [],
  }
  return {
    file: parseAgentFile(written),
    warnings: [
      ...ofRules,
      ...own.warnings,
      ...window.warnings,
      ...zone.warnings,
      ...ofHistory(history, agent),
      ...(secretsOf(agent).length > 0
        ? ['Of its secrets only the names were imported; nothing here uses them.']
        : []),
    ],
  }
}

function ownBlocks(agent: LettaAgent, blocks: ReadonlyMap<string, RawBlock>) {
  const found = new Map<string, RawBlock & { readonly key: string }>()
  const warnings: string[] = []
  // Other agents of the file may have the same block.
  for (const key of new Set(agent.block_ids ?? [])) {
    const block = blocks.get(key)
    if (!block) continue
    if (found.has(block.label))
      warnings.push(`Of two blocks ${JSON.stringify(block.label)} only the first was imported.`)
    else found.set(block.label, { ...block, key })
  }
  return { blocks: [...found.values()], warnings }
}

type RawBlock = ReturnType<typeof readBlock>

function readBlock(block: LettaBlock, at: string, warn: (text: string) => void) {
  const size = countCharacters(block.value)
  const given = Math.round(block.limit ?? DEFAULT_BLOCK_LIMIT)
  const limit = Math.max(1, size, Math.min(given, LIMITS.block))
  if (given < size)
    warn(
      `The block ${JSON.stringify(block.label)} has ${size} characters, so its limit of ${given} was raised to that.`,
    )
  const label = BLOCK_LABEL.test(block.label) ? block.label : labelFor(block.label)
  if (label !== block.label)
    warn(`The block ${JSON.stringify(block.label)} is now named "${label}".`)
  const version = {
    value: block.value,
    description: block.description ?? '',
    limit,
    read_only: block.read_only ?? false,
    at,
    by: 'import' as const,
  }
  const metadata = block.metadata && Object.keys(block.metadata).length > 0 && block.metadata
  return { label, attached_at: at, ...(metadata && { metadata }), versions: [version] }
}

function labelFor(label: string): string {
  const fitting = label.replaceAll(/[^A-Za-z0-9_./-]+/g, '_')
  return sliceCharacters(fitting === '' ? 'block' : fitting, 0, LIMITS.label)
}

function toolsOf({ tools }: LettaFile, { tool_ids }: LettaAgent): readonly string[] {
  const byId = new Map((tools ?? []).map((tool) => [tool.id, tool.name]))
  return [...new Set((tool_ids ?? []).flatMap((id) => byId.get(id) ?? []))]
}

/** A summary is kept as the message that it was, outside of the context, so that a search finds it too. */
function summariesOf({ summary, messages }: History) {
  const first = messages[0]
  if (summary === undefined || !first) return []
  return [
    { text: summary, from_message: 1, to_message: 1, until: first.created_at, method: 'model' },
  ]
}

function ofHistory({ left, isContextMended, from }: History, agent: LettaAgent): readonly string[] {
  const counted = [...left].filter(([, count]) => count > 0)
  const isBare = agent.messages.length === 0
  return [
    ...(counted.length > 0
      ? [`Not imported: ${counted.map(([what, count]) => `${count} ${what}`).join(', ')}.`]
      : []),
    ...(isContextMended && !isBare
      ? [`Its context was not one stretch of its history; it begins at message ${from} here.`]
      : []),
  ]
}

function readWindow({ context_window_limit, llm_config }: LettaAgent) {
  const given = context_window_limit ?? llm_config?.context_window ?? DEFAULT_CONTEXT_WINDOW
  const value = Math.round(Math.min(Math.max(given, MIN_CONTEXT_WINDOW), LIMITS.contextWindow))
  if (value === given) return { value, warnings: [] }
  return { value, warnings: [`Its context window of ${given} tokens became ${value}.`] }
}

function readZone({ timezone }: LettaAgent) {
  if (!timezone) return { value: DEFAULT_SETTINGS.timezone, warnings: [] }
  if (isTimezone(timezone)) return { value: timezone, warnings: [] }
  const name = JSON.stringify(excerpt(timezone, LIMITS.name))
  return { value: 'UTC', warnings: [`Its time zone ${name} is unknown; it is UTC here.`] }
}

function secretsOf({ secrets, tool_exec_environment_variables }: LettaAgent): readonly string[] {
  const namesIn = (given: LettaAgent['secrets']) =>
    Array.isArray(given) ? given.map(({ key }) => key) : Object.keys(given ?? {})
  return [...new Set([...namesIn(secrets), ...namesIn(tool_exec_environment_variables)])]
}

function withSecrets(agent: LettaAgent) {
  const names = secretsOf(agent)
  return names.length > 0 ? { secret_names: names } : {}
}

function typeOf({ agent_type: type }: LettaAgent): AgentType {
  return type && MEMGPT_TYPES.includes(type) ? 'memgpt_agent' : 'letta_v1_agent'
}

function modelOf({ model, llm_config: config }: LettaAgent): string | null {
  if (model) return model
  if (config?.handle) return config.handle
  return config?.model ? `${config.model_endpoint_type ?? 'openai'}/${config.model}` : null
}

function nameOf({ name }: LettaAgent): string {
  return sliceCharacters(name.trim() === '' ? 'Imported agent' : name, 0, LIMITS.name)
}

/** Things of the file that have no place here. */
function leftOut({ skills, mcp_servers, tools }: LettaFile): readonly string[] {
  const names = (list: readonly { readonly name?: unknown }[]) =>
    list.map(({ name }) => JSON.stringify(name ?? 'unnamed')).join(', ')
  const packaged = (tools ?? []).filter(({ pip_requirements: needs }) => (needs ?? []).length > 0)
  const foreign = (tools ?? []).filter(
    ({ name, tool_type: type }) => type?.startsWith('external') && !isBuiltInTool(name),
  )
  return [
    ...((skills ?? []).length > 0 ? [`Skills were not imported: ${names(skills ?? [])}.`] : []),
    ...((mcp_servers ?? []).length > 0
      ? [
          `${(mcp_servers ?? []).length} MCP servers were not imported; the operator names servers in RECOLLECT_TOOL_SERVERS.`,
        ]
      : []),
    ...(packaged.length > 0
      ? [`The packages that these tools ask for are not installed: ${names(packaged)}.`]
      : []),
    ...(foreign.length > 0
      ? [`These tools belong to other services and were not imported: ${names(foreign)}.`]
      : []),
  ]
}

/** Ids that link the parts of the file. Groups and messages in context may name what is gone. */
function checkLinks(file: LettaFile): void {
  const blocks = new Set(file.blocks.map(({ id }) => id))
  const tools = new Set((file.tools ?? []).map(({ id }) => id))
  checkOnce('blocks', file.blocks)
  checkOnce('agents', file.agents)
  for (const [index, { block_ids, tool_ids }] of file.agents.entries()) {
    const lost = (block_ids ?? []).find((id) => !blocks.has(id))
    if (lost !== undefined) throw wrong(`agents[${index}].block_ids`, lost, 'block')
    const missing = (tool_ids ?? []).find((id) => !tools.has(id))
    if (missing !== undefined) throw wrong(`agents[${index}].tool_ids`, missing, 'tool')
  }
}

function checkOnce(place: string, list: readonly { readonly id: string }[]): void {
  const ids = list.map(({ id }) => id)
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index)
  if (repeated === undefined) return
  throw new UserError(
    'invalid_argument',
    `Invalid file: ${place} has ${JSON.stringify(excerpt(repeated, LIMITS.name))} twice; nothing was imported. Export the agent again.`,
  )
}

function wrong(place: string, id: string, kind: string): UserError {
  return new UserError(
    'invalid_argument',
    `Invalid file: ${place} names ${JSON.stringify(excerpt(id, LIMITS.name))}, and the file has no such ${kind}; nothing was imported. Export the agent again.`,
  )
}
