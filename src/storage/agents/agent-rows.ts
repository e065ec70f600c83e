import { type ExpressionBuilder, type RawBuilder, type Selectable, sql } from 'kysely'
import { z } from 'zod'
import { AGENT_TYPES, type Agent } from '../../core/agent.ts'
import { AgentSettings } from '../../core/agent-settings.ts'
import { storedId } from '../../core/ids.ts'
import { ToolRules } from '../../core/tool-rule.ts'
import type { Connection, Dialect } from '../database/dialect.ts'
import { storedMetadata } from '../database/metadata.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { Database } from '../database/schema.ts'

export type AgentRow = Selectable<Database['agent']>

const Names = z.array(z.string())
const Type = z.enum(AGENT_TYPES)

/** The columns of what an agent is; the others change with every message. */
const COLUMNS = [
  'id',
  'name',
  'description',
  'agent_type',
  'model',
  'embedding',
  'context_window',
  'system',
  'tools',
  'settings',
  'tool_rules',
  'metadata',
  'created_at',
  'updated_at',
] as const
type Column = (typeof COLUMNS)[number]
type Described = Pick<AgentRow, Column>
export type AgentFields = Described & { readonly tags: string }

/** The tags of an agent as a JSON list. */
export function tagsOfAgent(dialect: Dialect) {
  return ({ selectFrom }: ExpressionBuilder<Database, 'agent'>) =>
    selectFrom('agent_tag')
      .select(({ ref }) =>
        dialect.texts(ref('agent_tag.tag'), ref('agent_tag.position')).as('tags'),
      )
      .whereRef('agent_tag.namespace', '=', 'agent.namespace')
      .whereRef('agent_tag.agent_id', '=', 'agent.id')
      .as('tags')
}

/** The columns of an agent that is read beside another row; `agentBeside` takes it from there. */
export const AGENT_BESIDE = COLUMNS.map(
  (column) => `agent.${column} as its_${column}` as Renamed[typeof column],
)

type Renamed = { readonly [Name in Column]: `agent.${Name} as its_${Name}` }

type Beside = { readonly [Name in Column as `its_${Name}`]: AgentRow[Name] } & {
  readonly tags: string | null
}

/** An agent's row and tags as a JSON object (`AgentFields`). */
export function agentRecord(dialect: Dialect): RawBuilder<string> {
  const tags = dialect.texts(sql.ref('agent_tag.tag'), sql.ref('agent_tag.position'))
  // `|| ''` makes it a text, as in a row of its own, and no list within the object.
  const own = sql`agent_tag.namespace = agent.namespace AND agent_tag.agent_id = agent.id`
  return dialect.record([
    ...COLUMNS.map((column) => [column, sql.ref(`agent.${column}`)] as const),
    ['tags', sql`(SELECT ${tags} FROM agent_tag WHERE ${own}) || ''`],
  ])
}

export function agentBeside(row: Beside): Agent {
  const own = Object.fromEntries(COLUMNS.map((column) => [column, row[`its_${column}`]]))
  return toTaggedAgent({ ...(own as Described), tags: row.tags ?? '[]' })
}

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
export function toTaggedAgent({ tags, ...row }: AgentFields): Agent {
  return toAgent(row, tags === '[]' ? [] : Names.parse(JSON.parse(tags)))
}

function toAgent(row: Described, tags: readonly string[]): Agent {
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
