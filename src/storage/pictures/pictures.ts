import { type Selectable, sql } from 'kysely'
import type { AgentId } from '../../core/ids.ts'
import type { Picture, PictureType } from '../../core/picture.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { Database } from '../database/schema.ts'
import type { PictureReads, PictureWrites } from '../port/store.ts'

/** Bytes per row, so that copying and salvaging rows in batches needs little memory. Chosen by hand. */
const PART_BYTES = 65_536

export function pictureReads({ db, namespace }: QueryScope): PictureReads {
  const ofAgent = (agentId: AgentId) =>
    db
      .selectFrom('agent_picture')
      .innerJoin('picture', (join) =>
        join
          .onRef('picture.namespace', '=', 'agent_picture.namespace')
          .onRef('picture.digest', '=', 'agent_picture.digest'),
      )
      .where('agent_picture.namespace', '=', namespace)
      .where('agent_id', '=', agentId)

  return {
    async bytes(agentId, digest) {
      const picture = await ofAgent(agentId)
        .select('size')
        .where('picture.digest', '=', digest)
        .executeTakeFirst()
      if (!picture) return undefined
      const parts = await db
        .selectFrom('picture_part')
        .select('bytes')
        .where('namespace', '=', namespace)
        .where('digest', '=', digest)
        .orderBy('number')
        .execute()
      const whole = Buffer.concat(parts.map(({ bytes }) => bytes))
      return whole.length === picture.size ? whole : undefined
    },

    async ofAgent(agentId) {
      const rows = await ofAgent(agentId)
        .selectAll('picture')
        .select('problem')
        .orderBy('picture.digest')
        .execute()
      return rows.map(({ problem, ...row }) => ({ picture: pictureOf(row), problem }))
    },
  }
}

export function pictureWrites(scope: QueryScope): PictureWrites {
  const { db, namespace } = scope
  return {
    async keep(agentId, picture, bytes) {
      if (!(await isStored(scope, picture.digest))) await insert(scope, picture, bytes)
      await db
        .insertInto('agent_picture')
        .values({ namespace, agent_id: agentId, digest: picture.digest, problem: null })
        .onConflict((conflict) =>
          // Sent again, it gets another chance.
          conflict.columns(['namespace', 'agent_id', 'digest']).doUpdateSet({ problem: null }),
        )
        .execute()
    },

    async setProblem(agentId, digests, problem) {
      if (digests.length === 0) return
      await db
        .updateTable('agent_picture')
        .set({ problem })
        .where('namespace', '=', namespace)
        .where('agent_id', '=', agentId)
        .where('digest', 'in', digests)
        .execute()
    },
  }
}

/** Locks the row where several transactions write at once, so that no other deletes it now. */
async function isStored({ db, namespace, dialect }: QueryScope, digest: string): Promise<boolean> {
  const found = db
    .selectFrom('picture')
    .select('digest')
    .where('namespace', '=', namespace)
    .where('digest', '=', digest)
  return (await (dialect.locksRows ? found.forKeyShare() : found).executeTakeFirst()) !== undefined
}

async function insert({ db, namespace }: QueryScope, picture: Picture, bytes: Uint8Array) {
  const { digest, mediaType, size, width, height } = picture
  await db
    .insertInto('picture')
    .values({ namespace, digest, media_type: mediaType, size, width, height })
    .onConflict((conflict) => conflict.columns(['namespace', 'digest']).doNothing())
    .execute()
  for (let number = 0; number * PART_BYTES < bytes.length; number += 1) {
    const part = bytes.subarray(number * PART_BYTES, (number + 1) * PART_BYTES)
    await db
      .insertInto('picture_part')
      .values({ namespace, digest, number, bytes: part })
      .onConflict((conflict) => conflict.columns(['namespace', 'digest', 'number']).doNothing())
      .execute()
  }
}

/** Digests of the pictures that this agent has and no other. Locks them, like `isStored`. */
export async function ownPictures(
  { db, namespace, dialect }: QueryScope,
  agentId: string,
): Promise<readonly string[]> {
  const own = db
    .selectFrom('picture')
    .select('digest')
    .where('namespace', '=', namespace)
    .where('digest', 'in', (eb) =>
      eb
        .selectFrom('agent_picture')
        .select('agent_picture.digest')
        .where('namespace', '=', namespace)
        .where('agent_id', '=', agentId),
    )
    .orderBy('digest')
  const rows = await (dialect.locksRows ? own.forUpdate() : own).execute()
  const digests = rows.map(({ digest }) => digest)
  if (digests.length === 0) return []
  const shared = await db
    .selectFrom('agent_picture')
    .select('digest')
    .where('namespace', '=', namespace)
    .where('agent_id', '<>', agentId)
    .where('digest', 'in', digests)
    .execute()
  const others = new Set(shared.map(({ digest }) => digest))
  return digests.filter((digest) => !others.has(digest))
}

/** Removes the agent's pictures that none of its messages and runs shows any more. */
export async function removeUnshown(scope: QueryScope, agentId: string): Promise<void> {
  const { db, namespace } = scope
  const own = new Set(await ownPictures(scope, agentId))
  const { rows } = await sql<{ digest: string }>`
    SELECT digest FROM agent_picture WHERE namespace = ${namespace} AND agent_id = ${agentId}
      AND NOT EXISTS (SELECT 1 FROM message WHERE namespace = ${namespace} AND agent_id = ${agentId}
        AND body LIKE '%"digest":"' || agent_picture.digest || '"%')
      AND NOT EXISTS (SELECT 1 FROM run WHERE namespace = ${namespace} AND agent_id = ${agentId}
        AND pictures LIKE '%"digest":"' || agent_picture.digest || '"%')`.execute(db)
  const digests = rows.map(({ digest }) => digest)
  if (digests.length === 0) return
  await db
    .deleteFrom('agent_picture')
    .where('namespace', '=', namespace)
    .where('agent_id', '=', agentId)
    .where('digest', 'in', digests)
    .execute()
  await removePictures(
    scope,
    digests.filter((digest) => own.has(digest)),
  )
}

export async function removePictures(
  { db, namespace }: Pick<QueryScope, 'db' | 'namespace'>,
  digests: readonly string[],
): Promise<void> {
  if (digests.length === 0) return
  await db
    .deleteFrom('picture')
    .where('namespace', '=', namespace)
    .where('digest', 'in', digests)
    .execute()
}

function pictureOf(row: Selectable<Database['picture']>): Picture {
  const { digest, media_type, size, width, height } = row
  return { digest, mediaType: media_type as PictureType, size, width, height }
}
