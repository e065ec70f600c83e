import type { Agent } from '../core/agent.ts'
import type { Timestamp } from '../core/clock.ts'
import type { AgentId } from '../core/ids.ts'
import { defaultArchive } from '../memory/archives.ts'
import type { Transaction } from '../storage/port/store.ts'

/** More archives than that are not shared. Chosen by hand. */
const MAX_ARCHIVES = 100

/** Gives the companion the archives of the agent, and no others. */
export async function shareArchives(
  tx: Transaction,
  agent: Pick<Agent, 'id' | 'name'>,
  companion: AgentId,
  at: Timestamp,
): Promise<void> {
  const agentId = agent.id
  const first = await defaultArchive(tx, agent, at)
  const page = { limit: MAX_ARCHIVES }
  const wanted = (await tx.archives.list({ agentId, ...page })).items.map(({ id }) => id)
  const held = (await tx.archives.list({ agentId: companion, ...page })).items.map(({ id }) => id)
  for (const id of held) if (!wanted.includes(id)) await tx.archives.detach(companion, id, at)
  const present = await tx.archives.defaultOf(companion)
  for (const id of wanted) {
    const isDefault = id === first
    if (held.includes(id) && isDefault === (id === present)) continue
    await tx.archives.attach(companion, id, isDefault, at)
  }
}
