import type { Caller } from '../../core/access.ts'
import { type Agent, DEFAULT_CONTEXT_WINDOW, MIN_CONTEXT_WINDOW } from '../../core/agent.ts'
import { DEFAULT_SETTINGS } from '../../core/agent-settings.ts'
import type { AgentChanges, AgentView, NewAgent } from '../../core/agent-view.ts'
import { type Clock, type Timestamp, toTimestamp } from '../../core/clock.ts'
import { defaultConversation } from '../../core/conversation.ts'
import { UserError } from '../../core/errors.ts'
import { type AgentId, isId, newId } from '../../core/ids.ts'
import { checkCount, checkLength, LIMITS } from '../../core/limits.ts'
import { cleanText, normalText } from '../../core/text.ts'
import type { ToolRule } from '../../core/tool-rule.ts'
import { PROMPTS } from '../../generated/prompts.ts'
import type { ModelRegistry } from '../../llm/model.ts'
import { addBlock, attachBlock, findBlockById } from '../../memory/blocks.ts'
import { checkMetadata } from '../../memory/check-metadata.ts'
import { checkTags } from '../../memory/check-tags.ts'
import { type EmbeddingChoice, embedAgain } from '../../memory/choose-embedding.ts'
import { findAgent } from '../../memory/find-agent.ts'
import type { AgentPatch, Store, Transaction } from '../../storage/port/store.ts'
import { nextCompaction } from '../compaction/compact.ts'
import { type CompiledContext, compileContext } from '../context/compile-context.ts'
import { readContext } from '../context/read-context.ts'
import { renderMemory } from '../context/system-prompt.ts'
import { settle } from '../loop/announce-end.ts'
import { checkToolRules } from '../rules/check-tool-rules.ts'
import { DEFAULT_TOOLS } from '../tools/default-tools.ts'
import type { ToolRegistry } from '../tools/tool-registry.ts'
import { checkSettings, definedOnly } from './agent-settings.ts'
import { type CopyOptions, copyAgent } from './copy-agent.ts'
import { createAgentSearch } from './find-agents.ts'
import { makeName } from './make-name.ts'
import { checkedView, viewAgent } from './view-agent.ts'

/** It may do what does not need the scope `admin`. */
const UNKNOWN_CALLER: Caller = { name: 'client', scopes: new Set(['read', 'chat', 'write']) }

/** Creates, changes and shows agents, for callers outside the loop. */
export function createAgents(
  store: Store,
  registry: ToolRegistry,
  models: Pick<ModelRegistry, 'check'>,
  embeddings: EmbeddingChoice,
  clock: Clock,
) {
  /** Checks all that needs no store; an empty `model`, `embedding` or `system` stands for the default. */
  function checked(fields: AgentChanges): AgentPatch {
    const { name, description, model, embedding, system, tags, toolRules } = fields
    const { contextWindow } = fields
    if (name !== undefined) checkName(name)
    checkLength('The description', description ?? '', LIMITS.description)
    checkLength('The system prompt', system ?? '', LIMITS.systemPrompt)
    checkTags(tags ?? [])
    checkCount('The list of tool rules', toolRules ?? [], LIMITS.toolRules)
    if (model && !fields.takesAnyModel) models.check(model)
    if (embedding) embeddings.check(embedding)
    if (contextWindow !== undefined && contextWindow < MIN_CONTEXT_WINDOW) {
      throw new UserError(
        'invalid_argument',
        `A context window of ${contextWindow} tokens is too small. Give at least ${MIN_CONTEXT_WINDOW}.`,
      )
    }
    return {
      ...(name !== undefined && { name: normalText(name) }),
      ...(description !== undefined && { description: cleanText(description) }),
      ...(model !== undefined && { model: model === '' ? null : model }),
      ...(embedding !== undefined && { embedding: embedding === '' ? null : embedding }),
      ...(contextWindow !== undefined && { contextWindow }),
      ...(system !== undefined && { system: system === '' ? null : cleanText(system) }),
      ...(tags && { tags: [...new Set(tags.map(normalText))] }),
      ...(toolRules && { toolRules: withoutRepeats(toolRules) }),
      ...(fields.metadata && { metadata: checkMetadata(fields.metadata) }),
    }
  }

  async function chosenTools(
    tx: Transaction,
    { tools, keepsMissingTools }: AgentChanges,
  ): Promise<AgentPatch> {
    return tools ? { tools: await registry.resolve(tx, tools, keepsMissingTools) } : {}
  }

  /** Creates an agent of that id in a transaction of the caller. */
  async function createIn(
    tx: Transaction,
    id: AgentId,
    fields: NewAgent,
    caller: Caller,
    at: Timestamp,
  ): Promise<AgentView> {
    const agentType = fields.agentType ?? 'memgpt_agent'
    const agent: Agent = {
      id,
      name: makeName(id),
      description: '',
      agentType,
      model: null,
      embedding: null,
      contextWindow: DEFAULT_CONTEXT_WINDOW,
      system: null,
      tags: [],
      tools: DEFAULT_TOOLS[agentType],
      settings: fields.settings ? checkSettings(definedOnly(fields.settings)) : DEFAULT_SETTINGS,
      toolRules: [],
      createdAt: at,
      updatedAt: at,
      ...checked(fields),
      ...(await chosenTools(tx, fields)),
    }
    if (fields.toolRules) checkToolRules(agent.toolRules, agent.tools)
    await tx.agents.insert(agent)
    if (fields.tools) await registry.assign(tx, id, agent.tools, caller)
    await giveBlocks(tx, id, fields, at)
    return checkedView(tx, registry, agent)
  }

  return {
    async create(fields: NewAgent, caller: Caller = UNKNOWN_CALLER): Promise<AgentView> {
      const at = toTimestamp(clock())
      const id = newId('agent')
      return store.transaction((tx) => createIn(tx, id, fields, caller, at))
    },

    createIn,

    ...createAgentSearch(store),

    async get(reference: string): Promise<AgentView> {
      return viewAgent(store, await findAgent(store.agents, reference))
    },

    async update(
      reference: string,
      fields: AgentChanges,
      caller: Caller = UNKNOWN_CALLER,
    ): Promise<AgentView> {
      const given = checked(fields)
      const at = toTimestamp(clock())
      return store.transaction(async (tx) => {
        const { id, ...agent } = await findAgent(tx.agents, reference)
        const patch = { ...given, ...(await chosenTools(tx, fields)) }
        const { toolRules, tools } = { ...agent, ...patch }
        if (patch.tools || patch.toolRules) checkToolRules(toolRules, tools)
        await tx.agents.update(id, patch, at)
        if (fields.tools) await registry.assign(tx, id, tools, caller)
        if (fields.model !== undefined || fields.contextWindow !== undefined)
          await tx.conversations.setContext(
            defaultConversation(id),
            { learnedWindow: null, tokenRatio: 1 },
            at,
          )
        const changed = await findAgent(tx.agents, id)
        if (changed.embedding !== agent.embedding) await embedAgain(tx, changed, embeddings, at)
        return checkedView(tx, registry, changed)
      })
    },

    async delete(reference: string): Promise<AgentId> {
      const at = toTimestamp(clock())
      return store.transaction(async (tx) => {
        const { id } = await findAgent(tx.agents, reference)
        const waiters = await tx.runs.waitersOfAgent(id)
        await tx.agents.delete(id, at)
        for (const wait of waiters) await settle(tx, wait, at)
        return id
      })
    },

    async copy(reference: string, options: CopyOptions): Promise<AgentView> {
      const at = toTimestamp(clock())
      const name = options.name === undefined ? undefined : checked({ name: options.name }).name
      return store.transaction(async (tx) =>
        checkedView(tx, registry, await copyAgent(tx, reference, { ...options, name }, at)),
      )
    },

    /**
     * Exactly what the next step would send: compiled by the same code from the same state. With `contextWindow`, what
     * it would send if the agent had that one.
     */
    async inspect(reference: string, contextWindow?: number) {
      const found = await findAgent(store.agents, reference)
      const agent = contextWindow === undefined ? found : { ...found, contextWindow }
      const conversation = defaultConversation(agent.id)
      const context = await readContext(store, registry, agent, conversation, null, clock(), {
        speakNow: null,
        repeats: 0,
        calls: [],
      })
      const compiled = compileContext(context)
      const plan = nextCompaction(context, compiled)
      return {
        agentId: agent.id,
        contextWindow: compiled.window,
        totalTokens: compiled.totalTokens,
        parts: compiled.parts,
        compactsAt: Math.floor(compiled.window * agent.settings.compactionThreshold),
        nextEvicted: plan?.evicted.length ?? 0,
        evicts: plan?.evicted ?? [],
        summary: context.state.summary,
        stablePrefixTokens: compiled.totalTokens - lastPart(compiled),
        archival: await store.archives.counts(agent.id),
        request: JSON.stringify(compiled.request),
        memory: renderMemory(context.blocks),
      }
    },
  }
}

/** Tokens of the part that changes at every step; the provider can cache everything before it. */
function lastPart({ parts }: CompiledContext): number {
  return parts.find(({ name }) => name === 'last_line')?.tokens ?? 0
}

/** Adds default `persona` and `human` blocks first, unless the author supplies blocks with these labels. */
async function giveBlocks(
  tx: Transaction,
  id: AgentId,
  fields: NewAgent,
  at: Timestamp,
): Promise<void> {
  const note = { author: { kind: 'client' }, at } as const
  const shared = await Promise.all(
    (fields.blockIds ?? []).map((blockId) => findBlockById(tx, blockId)),
  )
  const own = fields.blocks ?? []
  const brought = new Set([...own, ...shared].map((block) => block.label))
  const standard = fields.hasStandardBlocks === false ? [] : standardBlocks(fields)
  for (const { label, value, description } of standard) {
    const given = label === 'persona' ? fields.persona : fields.human
    if (given === undefined && brought.has(label)) continue
    await addBlock(tx, id, { label, value, description }, note)
  }
  for (const block of own) await addBlock(tx, id, block, note)
  for (const block of shared) await attachBlock(tx, id, block, at)
}

function standardBlocks({ persona, human }: NewAgent) {
  return [
    {
      label: 'persona',
      value: persona ?? PROMPTS.persona.trim(),
      description: PROMPTS['persona-description'].trim(),
    },
    {
      label: 'human',
      value: human ?? PROMPTS.human.trim(),
      description: PROMPTS['human-description'].trim(),
    },
  ]
}

function withoutRepeats(rules: readonly ToolRule[]): readonly ToolRule[] {
  return [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()]
}

function checkName(name: string): void {
  checkLength('The name', name, LIMITS.name)
  if (name.trim() === '') {
    throw new UserError(
      'invalid_argument',
      'The name is empty. Give another, or leave it out to have one made up.',
    )
  }
  if (isId('agent', name)) {
    throw new UserError('invalid_argument', 'A name must not look like an agent id. Give another.')
  }
}
