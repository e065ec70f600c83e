import type { z } from 'zod'
import type { Agent } from '../../core/agent.ts'
import type { AgentView, SleeptimeView } from '../../core/agent-view.ts'
import type { ArchiveView } from '../../core/archive.ts'
import type { Block, SharedBlock, VersionHead } from '../../core/block.ts'
import { type Message, spokenText } from '../../core/message.ts'
import type { Page } from '../../core/page.ts'
import type { Passage } from '../../core/passage.ts'
import { countCharacters, excerpt } from '../../core/text.ts'
import { flattenToolRule, type ToolRule } from '../../core/tool-rule.ts'
import type { Found, FoundPage, InsertedPassages } from '../../service/context.ts'
import { pieceOf } from './fit.ts'
import { presentImages } from './present-run.ts'
import type {
  agentShape,
  archiveShape,
  blockShape,
  foundMessageShape,
  listedBlockShape,
  passageShape,
  pastBlockShape,
  shortAgentShape,
  similarShape,
  versionShape,
} from './shapes.ts'

/* Converts internal objects to the shapes of the MCP contract. */

/** Characters of an agent's description in a list; chosen by hand. */
const DESCRIPTION_CHARACTERS = 80
const SHOWN_TAGS = 5
/** Characters of a block or passage in a list; chosen by hand. */
const VALUE_CHARACTERS = 200
const LISTED_AGENTS = 10
/** Significant digits of a score; more say nothing to a reader. */
const SCORE_DIGITS = 4

export function presentAgent(view: AgentView): z.infer<typeof agentShape> {
  const { agent, route } = view
  return {
    id: agent.id,
    name: agent.name,
    description: agent.description,
    agent_type: agent.agentType,
    ...(agent.model !== null && { model: agent.model }),
    ...(agent.embedding !== null && { embedding: agent.embedding }),
    context_window: agent.contextWindow,
    system: view.system,
    tags: [...agent.tags],
    tools: [...agent.tools],
    tool_rules: agent.toolRules.map(presentToolRule),
    blocks: view.blocks.map(presentBlockHead),
    ...(route && { route: { agent_id: route.agentId, name: route.name, since: route.at } }),
    message_count: view.counts.messages,
    archival_count: view.counts.passages,
    ...(view.sleeptime && { sleeptime: presentSleeptime(view.sleeptime) }),
    created_at: agent.createdAt,
    updated_at: agent.updatedAt,
  }
}

function presentSleeptime(view: SleeptimeView) {
  const { isEnabled, everyTurns, model, writesNotes, agentId, doneTo } = view
  return {
    enabled: isEnabled,
    every_turns: everyTurns,
    ...(model !== null && { model }),
    notes: writesNotes,
    ...(agentId !== undefined && { agent_id: agentId }),
    ...(doneTo !== undefined && { done_to: doneTo }),
  }
}

function presentToolRule(rule: ToolRule) {
  const { children, cases, ...rest } = flattenToolRule(rule)
  return {
    ...rest,
    ...(children && { children: [...children] }),
    ...(cases && { cases: cases.map((one) => ({ ...one })) }),
  }
}

export function presentShortAgent(agent: Agent): z.infer<typeof shortAgentShape> {
  const tags = agent.tags.slice(0, SHOWN_TAGS)
  return {
    id: agent.id,
    name: agent.name,
    ...(agent.description !== '' && {
      description: excerpt(agent.description, DESCRIPTION_CHARACTERS),
    }),
    ...(agent.model !== null && { model: agent.model }),
    ...(tags.length > 0 && { tags }),
  }
}

function presentBlockHead(block: Block) {
  return {
    id: block.id,
    label: block.label,
    chars: countCharacters(block.value),
    limit: block.limit,
    read_only: block.readOnly,
  }
}

export function presentBlock(
  { block, sharedWith }: SharedBlock,
  offset?: number,
): z.infer<typeof blockShape> {
  return { ...presentPastBlock(block, offset), shared_with: [...sharedWith] }
}

/** The block with its whole text, for resources, which have no size limit. */
export function presentWholeBlock({ block, sharedWith }: SharedBlock) {
  const value = presentPastBlock(block, 0, Number.POSITIVE_INFINITY)
  return { ...value, shared_with: [...sharedWith] }
}

/** A block in a list: the beginning of its text, or the part from `offset` on. */
export function presentListedBlock(
  { block, sharedWith }: SharedBlock,
  offset?: number,
): z.infer<typeof listedBlockShape> {
  return {
    ...presentPastBlock(block, offset, offset === undefined ? VALUE_CHARACTERS : undefined),
    shared_with: sharedWith.slice(0, LISTED_AGENTS),
    agent_count: sharedWith.length,
  }
}

export function presentPastBlock(
  block: Block,
  offset?: number,
  budget?: number,
): z.infer<typeof pastBlockShape> {
  const { text, nextOffset } = pieceOf(block.value, offset, budget)
  return {
    ...presentBlockHead(block),
    value: text,
    ...(nextOffset !== undefined && { next_offset: nextOffset }),
    description: block.description,
    version: block.version,
    updated_at: block.updatedAt,
  }
}

export function presentVersion(head: VersionHead): z.infer<typeof versionShape> {
  const { author } = head
  const isAgent = author.kind === 'agent'
  return {
    version: head.version,
    at: head.at,
    by: isAgent ? author.agentId : author.kind,
    ...(isAgent && author.runId !== null && { run_id: author.runId }),
    ...(isAgent && author.callId !== null && { tool_call_id: author.callId }),
    ...(head.reason !== null && { reason: head.reason }),
    chars: head.chars,
  }
}

export function presentPassage(
  { item, ...found }: Found<Passage>,
  offset?: number,
): z.infer<typeof passageShape> {
  return {
    id: item.id,
    ...presentText(item.text, found, offset),
    ...(item.tags.length > 0 && { tags: [...item.tags] }),
    ...(item.source !== '' && { source: item.source }),
    created_at: item.createdAt,
    ...(item.supersededBy !== null && { superseded_by: item.supersededBy }),
    ...(item.expiresAt !== null && { expires_at: item.expiresAt }),
    ...(item.lastFoundAt !== null && {
      found_count: item.foundCount,
      last_found_at: item.lastFoundAt,
    }),
    ...presentFound(found),
  }
}

export function presentSimilar({
  passage,
  to,
  similarity,
  likely,
  ageDays,
}: InsertedPassages['similar'][number]): z.infer<typeof similarShape> {
  return {
    id: passage.id,
    text: excerpt(passage.text, VALUE_CHARACTERS),
    created_at: passage.createdAt,
    similarity: Math.round(similarity * 100) / 100,
    likely,
    age_days: ageDays,
    similar_to: to,
  }
}

export function presentArchive({
  archive,
  holders,
  isDefault,
}: ArchiveView): z.infer<typeof archiveShape> {
  return {
    id: archive.id,
    name: archive.name,
    description: archive.description,
    passage_count: archive.passages,
    superseded_count: archive.superseded,
    found_count: archive.found,
    agents: holders.slice(0, LISTED_AGENTS).map(({ agentId }) => agentId),
    agent_count: holders.length,
    ...(isDefault !== undefined && { is_default: isDefault }),
    created_at: archive.createdAt,
  }
}

export function presentFoundMessage(
  { item, ...found }: Found<Message>,
  offset?: number,
): z.infer<typeof foundMessageShape> {
  return {
    id: item.id,
    role: item.role,
    ...presentText(spokenText(item), found, offset),
    ...presentImages(item),
    created_at: item.createdAt,
    ...(item.runId !== null && { run_id: item.runId }),
    ...presentFound(found),
  }
}

/** The excerpt, if one was asked for. */
function presentText(whole: string, { excerpt }: Pick<Found<unknown>, 'excerpt'>, offset?: number) {
  if (!excerpt) return presentPiece(whole, offset)
  return {
    text: excerpt.text,
    ...(excerpt.isCut && { chars: countCharacters(whole) }),
    ...(excerpt.joined.length > 0 && { joined: [...excerpt.joined] }),
  }
}

function presentPiece(whole: string, offset?: number) {
  const { text, chars, nextOffset } = pieceOf(whole, offset)
  const partial = text.length < whole.length
  return {
    text,
    ...(partial && { chars }),
    ...(nextOffset !== undefined && { next_offset: nextOffset }),
  }
}

function presentFound({ score, foundBy }: Omit<Found<unknown>, 'item'>) {
  return {
    ...(score !== undefined && { score: Number(score.toPrecision(SCORE_DIGITS)) }),
    ...(foundBy !== undefined && { found_by: foundBy }),
  }
}

export function presentPage(page: FoundPage<unknown>): {
  next_cursor?: string
  warnings?: string[]
} {
  return { ...presentCursor(page), ...(page.warnings && { warnings: [...page.warnings] }) }
}

export function presentCursor(page: Page<unknown>): { next_cursor?: string } {
  return page.nextCursor === undefined ? {} : { next_cursor: page.nextCursor }
}
