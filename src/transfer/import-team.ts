import { toTimestamp } from '../core/clock.ts'
import { groupConversation } from '../core/group.ts'
import { type AgentId, newId } from '../core/ids.ts'
import { excerpt } from '../core/text.ts'
import type { Store } from '../storage/port/store.ts'
import type { AgentChecks } from './agent-checks.ts'
import { type Imported, prepareImport } from './import.ts'
import type { TeamFile } from './team-file.ts'

/** Imports the agents of the file as new ones, in a new group, or changes nothing. */
export async function importTeam(
  store: Store,
  { group, agents }: TeamFile,
  checks: AgentChecks,
  now: number,
): Promise<Imported> {
  const at = toTimestamp(now)
  const id = newId('group')
  const prepared: Awaited<ReturnType<typeof prepareImport>>[] = []
  for (const file of agents) prepared.push(await prepareImport(file, checks, now))
  return store.transaction(async (tx) => {
    const ids: AgentId[] = []
    const warnings: string[] = []
    for (const insert of prepared) {
      const imported = await insert(tx)
      ids.push(imported.agentId)
      warnings.push(...imported.warnings)
    }
    const [managerId, ...memberIds] = ids
    if (managerId === undefined)
      throw new Error('a team without agents passed the check of its file')
    const { name, max_turns: maxTurns } = group
    await tx.groups.insert({ id, name, managerId, memberIds, maxTurns, createdAt: at })
    const title = excerpt(`Group: ${name}`, 120)
    const conversation = { id: groupConversation(id), agentId: managerId, title, createdAt: at }
    await tx.conversations.insert(conversation)
    return { agentId: managerId, groupId: id, warnings }
  })
}
