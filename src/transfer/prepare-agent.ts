import type { Scope } from '../core/access.ts'
import { toTimestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import type { AgentId, ConversationId } from '../core/ids.ts'
import type { AgentChecks } from './format/agent-checks.ts'
import type { AgentFile } from './format/agent-file.ts'
import { importBackground } from './import-background.ts'
import {
  importArchive,
  importBlock,
  importConversation,
  importMessages,
  importSummary,
} from './import-parts.ts'
import { importPictures } from './import-pictures.ts'
import { importSettings } from './import-settings.ts'
import type { ReadTools } from './import-tools.ts'

export interface Preparing {
  readonly tools: ReadTools
  readonly checks: AgentChecks
  /** The agent of the file that wrote the version of the block, if the block is one of several agents. */
  readonly authorOf: (key: string, version: number) => AgentId | undefined
  readonly agentHere: (id: AgentId) => AgentId
  /** Ids of conversations that are known before, by their number. */
  readonly conversationIds: ReadonlyMap<number, ConversationId>
  readonly scopes: readonly Scope[] | null
  readonly now: number
}

/** An agent of a file as it is stored. Needs no transaction. */
export async function prepareAgent(
  id: AgentId,
  file: AgentFile,
  { tools: { usable, told }, checks, authorOf, agentHere, conversationIds, scopes, now }: Preparing,
) {
  const isTool = (name: string) => checks.isTool(name) || usable.has(name)
  const at = toTimestamp(now)
  const { agent, warnings } = await importSettings(id, file.agent, { ...checks, isTool }, at, told)
  const background = await importBackground(id, file, checks, scopes, now)
  return {
    file,
    agent,
    background,
    warnings: [...warnings, ...background.warnings],
    tools: agent.tools.flatMap((name) => usable.get(name) ?? []),
    blocks: file.blocks.map((block) => {
      const { key, versions } = block
      return importBlock(block, (version) => {
        if (key !== undefined) return authorOf(key, version)
        return versions[version]?.by === 'agent' ? id : undefined
      })
    }),
    messages: importMessages(file.messages, checks, agentHere),
    summaries: file.summaries.map(importSummary),
    archives: file.archives.map(importArchive),
    pictures: importPictures(file.pictures ?? []),
    conversations: (file.conversations ?? []).map((one, index) =>
      importConversation(id, one, conversationIds.get(index + 1)),
    ),
    ranOn: await ranOnHere(file, checks),
  }
}

export type PreparedAgent = Awaited<ReturnType<typeof prepareAgent>>

/**
 * The model that ran the agent, by which it waits for a model rather than be answered by the rehearsal. Null if its own
 * model is not set up here and a real default is: then that answers.
 */
async function ranOnHere(
  { agent: { model }, context }: AgentFile,
  checks: AgentChecks,
): Promise<string | null> {
  const { ran_on: ranOn = null } = context
  if (ranOn === null || model === null || (await isUsable(model, checks))) return ranOn
  const standIn = await checks.realDefault()
  return standIn === null || standIn === ranOn ? ranOn : null
}

async function isUsable(model: string, checks: AgentChecks): Promise<boolean> {
  try {
    await checks.model(model)
    return true
  } catch (error) {
    if (error instanceof UserError) return false
    throw error
  }
}
