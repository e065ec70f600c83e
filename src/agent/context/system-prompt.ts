import type { Agent, Summary } from '../../core/agent.ts'
import type { Block } from '../../core/block.ts'
import { countCharacters } from '../../core/text.ts'
import { PROMPTS } from '../../generated/prompts.ts'
import { renderToolRules } from '../rules/render-tool-rules.ts'
import { escapeAttribute, escapeStructure } from '../tools/escape-structure.ts'

/** Placeholder for the memory blocks in an author's system prompt; without it they come at the end. */
const MEMORY_PLACE = '{CORE_MEMORY}'

const DEFAULTS = {
  memgpt_agent: PROMPTS['system-memgpt'],
  letta_v1_agent: PROMPTS['system-letta-v1'],
} as const

/** The author's system prompt, or the default of the agent's type. */
export function systemPrompt({ system, agentType }: Pick<Agent, 'system' | 'agentType'>): string {
  return system ?? DEFAULTS[agentType].trim()
}

/** The system message without memory: the prompt, then the agent's tool rules. */
export function systemText(agent: Pick<Agent, 'system' | 'agentType' | 'toolRules'>): string {
  const rules = renderToolRules(agent.toolRules)
  return rules === '' ? systemPrompt(agent) : `${systemPrompt(agent)}\n\n${rules}`
}

/** The fields of a block that the model sees. */
export type ShownBlock = Pick<Block, 'label' | 'description' | 'value' | 'limit' | 'readOnly'>

/** The system message. Pure, so it stays the same until memory changes. */
export function systemMessage(
  agent: Pick<Agent, 'system' | 'agentType' | 'toolRules'>,
  blocks: readonly ShownBlock[],
  summary: Summary | null,
): string {
  const prompt = systemText(agent)
  const memory = renderMemory(blocks)
  const placed = systemPrompt(agent).includes(MEMORY_PLACE)
    ? prompt.replace(MEMORY_PLACE, () => memory)
    : `${prompt}\n\n${memory}`
  return summary ? `${placed}\n\n${renderSummary(summary)}` : placed
}

export function renderSummary(summary: Pick<Summary, 'text' | 'until' | 'toSeq'> | null): string {
  if (!summary) return ''
  const until = summary.until.slice(0, 10)
  return `${PROMPTS['summary-intro'].trim()}\n<summary until="${until}" messages="${summary.toSeq}">\n${escapeStructure(summary.text)}\n</summary>`
}

export function renderMemory(blocks: readonly ShownBlock[]): string {
  return `<memory>\n${blocks.map(renderBlock).join('\n')}\n</memory>`
}

function renderBlock({ label, description, value, limit, readOnly }: ShownBlock): string {
  const attributes = [
    `label="${label}"`,
    ...(description === '' ? [] : [`description="${escapeAttribute(description)}"`]),
    `characters="${countCharacters(value)}"`,
    `limit="${limit}"`,
    ...(readOnly ? ['read_only="true"'] : []),
  ]
  return `<block ${attributes.join(' ')}>\n${escapeStructure(value)}\n</block>`
}
