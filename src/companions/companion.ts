import { type Agent, MIN_CONTEXT_WINDOW } from '../core/agent.ts'
import { DEFAULT_SETTINGS } from '../core/agent-settings.ts'
import type { Timestamp } from '../core/clock.ts'
import { deriveId } from '../core/derive-id.ts'
import { UserError } from '../core/errors.ts'
import type { AgentId } from '../core/ids.ts'
import { LIMITS } from '../core/limits.ts'
import { excerpt } from '../core/text.ts'
import type { DatabaseTool } from '../core/tool.ts'
import type { ToolRule } from '../core/tool-rule.ts'
import type { Store, Transaction } from '../storage/port/store.ts'

/** How a companion differs from the agent that it works for. */
export interface Part {
  /** Also its tag. */
  readonly kind: string
  /** Sets it apart from others of that kind; empty: there is one. */
  readonly key: string
  readonly description: string
  readonly system: string
  readonly tools: readonly DatabaseTool[]
  readonly toolRules: readonly ToolRule[]
}

export function companionId(owner: AgentId, { kind, key }: Pick<Part, 'kind' | 'key'>): AgentId {
  return deriveId('agent', kind, owner, key)
}

/** The companion of that kind, created on first use. It starts every run with an empty context. */
export async function companionOf(
  tx: Transaction,
  owner: Agent,
  part: Part,
  at: Timestamp,
): Promise<Agent> {
  if ((await tx.companions.ownerOf(owner.id)) !== undefined) {
    throw new UserError(
      'invalid_argument',
      `${owner.name} works for another agent in the background. Name that agent instead.`,
    )
  }
  const id = companionId(owner.id, part)
  const known = await tx.agents.get(id)
  if (known) return known
  const { timezone } = owner.settings
  const companion: Agent = {
    id,
    name: excerpt(`${owner.name} (${part.kind})`, LIMITS.name),
    description: part.description,
    agentType: 'letta_v1_agent',
    model: owner.model,
    embedding: owner.embedding,
    contextWindow: Math.max(owner.contextWindow, MIN_CONTEXT_WINDOW),
    system: part.system,
    tags: [part.kind],
    tools: part.tools,
    toolRules: part.toolRules,
    settings: { ...DEFAULT_SETTINGS, timezone, messageBufferAutoclear: true },
    createdAt: at,
    updatedAt: at,
  }
  await tx.agents.insert(companion)
  await tx.companions.add(id, owner.id)
  return companion
}

/** Gives the companion these blocks, and no others. */
export async function shareBlocks(
  tx: Transaction,
  companion: AgentId,
  blocks: Awaited<ReturnType<Store['blocks']['ofAgent']>>,
  at: Timestamp,
): Promise<void> {
  const held = await tx.blocks.ofAgent(companion)
  const wanted = new Set(blocks.map(({ id }) => id))
  for (const { id } of held) if (!wanted.has(id)) await tx.blocks.detach(companion, id, at)
  const kept = new Set(held.map(({ id }) => id))
  for (const block of blocks) if (!kept.has(block.id)) await tx.blocks.attach(companion, block, at)
}

/** Follows the agent's own context window and embedding; `own` is what the companion is to have besides. */
export async function followSettings(
  tx: Transaction,
  companion: Agent,
  { contextWindow, embedding }: Agent,
  own: Pick<Agent, 'model'> & Partial<Pick<Agent, 'tools'>>,
  at: Timestamp,
): Promise<void> {
  const wanted = { contextWindow, embedding, ...own }
  const isSame = Object.entries(wanted).every(
    ([name, value]) =>
      JSON.stringify(companion[name as keyof typeof wanted]) === JSON.stringify(value),
  )
  if (!isSame) await tx.agents.update(companion.id, wanted, at)
}
