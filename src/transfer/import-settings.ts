import type { Agent } from '../core/agent.ts'
import type { Timestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import type { AgentId } from '../core/ids.ts'
import { excerpt } from '../core/text.ts'
import { parseToolRule, type ToolRule, toolsIn } from '../core/tool-rule.ts'
import type { AgentChecks } from './format/agent-checks.ts'
import type { FileAgent } from './format/agent-file.ts'
import { fromFileSettings } from './format/file-settings.ts'

/* Names quoted in a warning, and characters of each. Chosen by hand. */
const MAX_NAMED = 20
const NAME_SHOWN = 100

export interface ImportedSettings {
  readonly agent: Agent
  /** Sentences about everything that differs from the original. */
  readonly warnings: readonly string[]
}

/**
 * The imported agent under a new id. References that this server can't resolve are dropped or, if harmless until
 * someone provides them, kept; either way with a warning.
 */
export async function importSettings(
  id: AgentId,
  file: FileAgent,
  checks: AgentChecks,
  at: Timestamp,
  /** Tools of the bundle, of which is told elsewhere. */
  told: readonly string[] = [],
): Promise<ImportedSettings> {
  const settings = within('agent.settings', () => checks.settings(fromFileSettings(file.settings)))
  const tools = [...new Set(file.tools)]
  const kept = tools.filter(checks.isTool)
  const dropped = tools.filter((tool) => !checks.isTool(tool) && !told.includes(tool))
  const rules = importRules(file.tool_rules.map(parseRule), kept, checks)
  return {
    agent: {
      id,
      name: file.name,
      description: file.description,
      agentType: file.agent_type,
      model: file.model,
      // Embedding sends the agent's memory to a provider; only the operator of the server chooses that.
      embedding: null,
      contextWindow: file.context_window,
      system: file.system,
      tags: [...new Set(file.tags)],
      tools: kept,
      settings: { ...settings, embedMessages: false },
      toolRules: rules.kept,
      ...(file.metadata && { metadata: file.metadata }),
      createdAt: file.created_at,
      updatedAt: at,
    },
    warnings: [
      ...(dropped.length > 0
        ? [`Tools that this server does not have were not imported: ${listed(dropped)}.`]
        : []),
      ...rules.warnings,
      ...(await modelWarnings('model', file.model, checks)),
      ...(await modelWarnings('summary_model', settings.summaryModel, checks)),
      ...embeddingWarnings(file),
    ],
  }
}

function parseRule(rule: FileAgent['tool_rules'][number], index: number): ToolRule {
  return within(`agent.tool_rules[${index}]`, () => parseToolRule(rule))
}

/** Rules about missing tools are dropped. If the others are not valid without them, only approval rules remain. */
function importRules(
  rules: readonly ToolRule[],
  tools: readonly string[],
  checks: AgentChecks,
): { readonly kept: readonly ToolRule[]; readonly warnings: readonly string[] } {
  const about = rules.filter((rule) => toolsIn(rule).every((tool) => tools.includes(tool)))
  const warnings =
    about.length < rules.length
      ? [`Tool rules about missing tools were not imported: ${namesOf(rules, about)}.`]
      : []
  try {
    checks.toolRules(about, tools)
    return { kept: about, warnings }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const kept = about.filter((rule) => rule.type === 'requires_approval')
    const problem = `Tool rules that can't be kept were left out: ${namesOf(about, kept)}. ${error.message}`
    return { kept, warnings: [...warnings, problem] }
  }
}

function namesOf(rules: readonly ToolRule[], without: readonly ToolRule[]): string {
  const left = rules.filter((rule) => !without.includes(rule))
  return listed(left.map(({ type, toolName }) => `${type} of ${toolName}`))
}

/** The author of the file chose these names, so they are quoted and shortened. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMED).map((name) => JSON.stringify(excerpt(name, NAME_SHOWN)))
  const more = names.length - shown.length
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '')
}

export async function modelWarnings(
  name: string,
  handle: string | null,
  checks: AgentChecks,
): Promise<readonly string[]> {
  if (handle === null) return []
  try {
    await checks.model(handle)
    return []
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return [`Its ${name} was kept, but can't be used here as it is. ${error.message}`]
  }
}

function embeddingWarnings({ embedding, settings }: FileAgent): readonly string[] {
  return [
    ...(embedding === null
      ? []
      : [
          `Its embedding ${listed([embedding])} was not imported; its archives use the server's default embedding. Change it with update_agent.`,
        ]),
    ...(settings.embed_messages
      ? ['Message embedding was not imported. Turn it on with configure_agent (embed_messages).']
      : []),
  ]
}

/** Adds the place in the file to the error of a check. */
function within<T>(place: string, check: () => T): T {
  try {
    return check()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw new UserError(
      error.code,
      `Invalid file at ${place}; nothing was imported. ${error.message}`,
    )
  }
}
