import { type ExpressionBuilder, type Selectable, sql } from 'kysely'
import { z } from 'zod'
import type { Block } from '../../core/block.ts'
import { storedId } from '../../core/ids.ts'
import type { Dialect } from '../database/dialect.ts'
import { storedMetadata } from '../database/metadata.ts'
import type { Database } from '../database/schema.ts'

const COLUMNS = [
  'id',
  'label',
  'value',
  'description',
  'value_limit',
  'read_only',
  'version',
  'metadata',
  'created_at',
  'updated_at',
] as const
type BlockFields = Pick<Selectable<Database['block']>, (typeof COLUMNS)[number]>

const Records = z.array(z.string())

/** The blocks of an agent in their order, as a JSON list of texts that `readBlocks` reads. */
export function blocksOfAgent(
  selectFrom: ExpressionBuilder<Database, 'agent'>['selectFrom'],
  dialect: Dialect,
  { namespace, agent }: { readonly namespace: string; readonly agent: string },
) {
  const record = dialect.record(
    COLUMNS.map((column) => [column, sql.ref(`block.${column}`)] as const),
  )
  return selectFrom('agent_block')
    .innerJoin('block', (join) =>
      join
        .onRef('block.namespace', '=', 'agent_block.namespace')
        .onRef('block.id', '=', 'agent_block.block_id'),
    )
    .select(
      // `|| ''` makes it a text within the list.
      dialect.texts(sql`${record} || ''`, sql.ref('agent_block.row')).as('records'),
    )
    .where('agent_block.namespace', '=', namespace)
    .where('agent_block.agent_id', '=', agent)
    .as('blocks')
}

/** Null: the list of a row that is not there. */
export function readBlocks(records: string | null): readonly Block[] {
  const texts = records === null ? [] : Records.parse(JSON.parse(records))
  return texts.map((text) => toBlock(JSON.parse(text) as BlockFields))
}

export function toBlock(row: BlockFields): Block {
  return {
    id: storedId('block', row.id),
    label: row.label,
    value: row.value,
    description: row.description,
    limit: row.value_limit,
    readOnly: row.read_only === 1,
    version: row.version,
    ...storedMetadata(row.metadata),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
