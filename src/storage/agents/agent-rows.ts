import type { Selectable } from 'kysely'
import { z } from 'zod'
import { AGENT_TYPES, type Agent } from '../../core/agent.ts'
import { AgentSettings } from '../../core/agent-settings.ts'
import { storedId } from '../../core/ids.ts'
import { ToolRules } from '../../core/tool-rule.ts'
import type { Connection } from '../database/dialect.ts'
import { storedMetadata } from '../database/metadata.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { Database } from '../database/schema.ts'

export type AgentRow = Selectable<Database['agent']>

const Names = z.array(z.string())
const Type = z.enum(AGENT_TYPES)

/** Agents with their tags, in the order of the rows. */
export async function agentsOfRows(
  { db, namespace }: QueryScope,
  rows: readonly AgentRow[],
): Promise<readonly Agent[]> {
  if (rows.length === 0) return []
  const tags = await tagsOf(db, namespace, rows)
  return rows.map((row) =>
    toAgent(
      row,
      tags.filter((tag) => tag.agent_id === row.id).map((tag) => tag.tag),
    ),
  )
}

async function tagsOf(db: Connection, namespace: string, rows: readonly AgentRow[]) {
  return db
    .selectFrom('agent_tag')
    .select(['agent_id', 'tag'])
    .where('namespace', '=', namespace)
    .where(
      'agent_id',
      'in',
      rows.map((row) => row.id),
    )
    .orderBy('position')
    .execute()
}

/** The agent of a row that came with its tags. */
export function toTaggedAgent({ tags, ...row }: AgentRow & { readonly tags: string }): Agent {
  return toAgent(row, tags === '[]' ? [] : Names.parse(JSON.parse(tags)))
}

function toAgent(row: AgentRow, tags: readonly string[]): Agent {
  return {
    id: storedId('agent', row.id),
    name: row.name,
    description: row.description,
    agentType: Type.parse(row.agent_type),
    model: row.model,
    embedding: row.embedding,
    contextWindow: row.context_window,
    system: row.system,
    tags,
    tools: Names.parse(JSON.parse(row.tools)),
    settings: AgentSettings.parse(JSON.parse(row.settings)),
    toolRules: ToolRules.parse(JSON.parse(row.tool_rules)),
    ...storedMetadata(row.metadata),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
