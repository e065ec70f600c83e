import type { Block, BlockVersion } from '../../core/block.ts'
import type { Timestamp } from '../../core/clock.ts'
import { type BlockId, storedId } from '../../core/ids.ts'
import { decodeKeyCursor, encodeKeyCursor } from '../../core/page.ts'
import { recordChange } from '../changes/changes.ts'
import { compiled, lockable } from '../database/compiled.ts'
import { contains } from '../database/contains.ts'
import type { Connection } from '../database/dialect.ts'
import { lockRead } from '../database/lock-rows.ts'
import type { QueryScope } from '../database/query-scope.ts'
import { StaleRead } from '../database/stale-read.ts'
import type { BlockReads, BlockWrites, VersionNote } from '../port/store.ts'
import { toBlock } from './block-rows.ts'
import { versionReads } from './block-versions.ts'
import { deleteBlock } from './delete-block.ts'

/** Versions per INSERT: databases limit the values of a statement. Chosen by hand. */
const VERSIONS_AT_ONCE = 500

interface Named {
  readonly namespace: string
  readonly id: string
}

function attachedTo(db: Connection, { namespace, id }: Named) {
  return db
    .selectFrom('agent_block')
    .innerJoin('block', (join) =>
      join
        .onRef('block.namespace', '=', 'agent_block.namespace')
        .onRef('block.id', '=', 'agent_block.block_id'),
    )
    .selectAll('block')
    .where('agent_block.namespace', '=', namespace)
    .where('agent_block.agent_id', '=', id)
}

const attachedBlocks = compiled((db, agent: Named) =>
  attachedTo(db, agent).orderBy('agent_block.row'),
)

const blockLabelled = lockable('block', (db, wanted: Named & { readonly label: string }, lock) =>
  attachedTo(db, wanted).where('agent_block.label', '=', wanted.label).modifyEnd(lock),
)

export function blockReads(scope: QueryScope): BlockReads {
  const { db, namespace, dialect } = scope
  return {
    ...versionReads(scope),

    async list({ query = '', limit, cursor }) {
      const last = decodeKeyCursor(cursor)
      let select = db
        .selectFrom('block')
        .selectAll()
        .where('namespace', '=', namespace)
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .limit(limit + 1)
      if (query !== '') {
        select = select.where((eb) =>
          eb.or([
            contains(dialect, ['label', 'description', 'value'], query),
            eb('id', '=', query),
          ]),
        )
      }
      if (last) {
        select = select.where((eb) =>
          eb.or([
            eb('created_at', '<', last.at),
            eb.and([eb('created_at', '=', last.at), eb('id', '>', last.id)]),
          ]),
        )
      }
      const items = (await select.execute()).map(toBlock)
      const end = items.length > limit ? items[limit - 1] : undefined
      return {
        items: items.slice(0, limit),
        ...(end && { nextCursor: encodeKeyCursor(end.createdAt, end.id) }),
      }
    },

    async get(id) {
      const row = await db
        .selectFrom('block')
        .selectAll()
        .where('namespace', '=', namespace)
        .where('id', '=', id)
        .modifyEnd(lockRead(scope, 'block'))
        .executeTakeFirst()
      return row && toBlock(row)
    },

    async find(agentId, label) {
      const [row] = (await blockLabelled(scope, { namespace, id: agentId, label })).rows
      return row && toBlock(row)
    },

    async ofAgent(agentId) {
      return (await attachedBlocks(db, { namespace, id: agentId })).rows.map(toBlock)
    },

    async agentsOf(id) {
      const rows = await db
        .selectFrom('agent_block')
        .select('agent_id')
        .where('namespace', '=', namespace)
        .where('block_id', '=', id)
        .orderBy('row')
        .execute()
      return rows.map((row) => storedId('agent', row.agent_id))
    },

    async attachments(agentId) {
      const rows = await db
        .selectFrom('agent_block')
        .select(['block_id', 'attached_at'])
        .where('namespace', '=', namespace)
        .where('agent_id', '=', agentId)
        .orderBy('row')
        .execute()
      return rows.map((row) => ({ blockId: storedId('block', row.block_id), at: row.attached_at }))
    },
  }
}

export function blockWrites(scope: QueryScope): BlockWrites {
  const { db, namespace } = scope

  async function addVersions(id: BlockId, versions: readonly BlockVersion[]): Promise<void> {
    await db
      .insertInto('block_version')
      .values(
        versions.map(({ author, ...version }) => ({
          namespace,
          block_id: id,
          version: version.version,
          value: version.value,
          description: version.description,
          value_limit: version.limit,
          read_only: Number(version.readOnly),
          at: version.at,
          author: author.kind,
          agent_id: author.kind === 'agent' ? author.agentId : null,
          run_id: author.kind === 'agent' ? author.runId : null,
          call_id: author.kind === 'agent' ? author.callId : null,
          reason: version.reason,
        })),
      )
      .execute()
  }

  async function recordVersion(block: Block, { author, at, reason }: VersionNote): Promise<void> {
    await addVersions(block.id, [{ ...block, author, at, reason: reason ?? null }])
    await recordChange(db, namespace, 'block', block.id, at)
  }

  async function addBlock(block: Block): Promise<void> {
    await db
      .insertInto('block')
      .values({
        namespace,
        id: block.id,
        label: block.label,
        value: block.value,
        description: block.description,
        value_limit: block.limit,
        read_only: Number(block.readOnly),
        version: block.version,
        metadata: JSON.stringify(block.metadata ?? {}),
        created_at: block.createdAt,
        updated_at: block.updatedAt,
      })
      .execute()
  }

  return {
    async insert(fields, note) {
      const block: Block = { ...fields, version: 1, createdAt: note.at, updatedAt: note.at }
      await addBlock(block)
      await recordVersion(block, note)
      return block
    },

    async insertHistory({ id, label }, versions) {
      const [first] = versions
      const { author, reason, at, ...last } = versions.at(-1) ?? first
      const block: Block = { ...last, id, label, createdAt: first.at, updatedAt: at }
      await addBlock(block)
      for (let start = 0; start < versions.length; start += VERSIONS_AT_ONCE) {
        await addVersions(id, versions.slice(start, start + VERSIONS_AT_ONCE))
      }
      await recordChange(db, namespace, 'block', id, at)
      return block
    },

    async update(block, patch, note) {
      // Clocks can go back, and a call may have waited after reading its time.
      const at = later(note.at, block.updatedAt)
      const next: Block = { ...block, ...patch, version: block.version + 1, updatedAt: at }
      const { numUpdatedRows } = await db
        .updateTable('block')
        .set({
          value: next.value,
          description: next.description,
          value_limit: next.limit,
          read_only: Number(next.readOnly),
          version: next.version,
          updated_at: next.updatedAt,
        })
        .where('namespace', '=', namespace)
        .where('id', '=', block.id)
        .where('version', '=', block.version)
        .executeTakeFirst()
      if (numUpdatedRows !== 1n)
        throw new StaleRead('the block is not the one read in this transaction')
      await recordVersion(next, { ...note, at })
      return next
    },

    async attach(agentId, block, at) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('agent_block')
        .values({
          namespace,
          agent_id: agentId,
          label: block.label,
          block_id: block.id,
          attached_at: at,
        })
        .onConflict((conflict) => conflict.columns(['namespace', 'agent_id', 'label']).doNothing())
        .executeTakeFirst()
      if (numInsertedOrUpdatedRows !== 1n) return false
      await recordChange(db, namespace, 'agent', agentId, at)
      return true
    },

    async setMetadata(id, metadata, at) {
      await db
        .updateTable('block')
        .set({ metadata: JSON.stringify(metadata), updated_at: at })
        .where('namespace', '=', namespace)
        .where('id', '=', id)
        .execute()
      await recordChange(db, namespace, 'block', id, at)
    },

    delete: (id, at) => deleteBlock(scope, id, at),

    async detach(agentId, id, at) {
      const attachment = await db
        .deleteFrom('agent_block')
        .where('namespace', '=', namespace)
        .where('agent_id', '=', agentId)
        .where('block_id', '=', id)
        .returning(['row', 'attached_at'])
        .executeTakeFirst()
      if (!attachment) return false
      await db
        .insertInto('past_attachment')
        .values({
          namespace,
          attachment: attachment.row,
          agent_id: agentId,
          block_id: id,
          attached_at: attachment.attached_at,
          detached_at: at,
        })
        .execute()
      await recordChange(db, namespace, 'agent', agentId, at)
      return true
    },
  }
}

function later(a: Timestamp, b: Timestamp): Timestamp {
  if (a < b) return b
  return a
}
