import { openStorage } from '../../src/app/data.ts'
import { assemble } from '../../src/assemble/assemble.ts'
import { readConfig } from '../../src/config/read-config.ts'
import type { AgentId } from '../../src/core/ids.ts'
import type { Storage } from '../../src/storage/port/store.ts'

/** The namespace of a server over stdio. */
export const NAMESPACE = 'default'

/** Agents of these names in the database of `home`, made as a client would make them. */
export async function seedAgents(
  home: string,
  names: readonly string[],
): Promise<readonly AgentId[]> {
  const config = readConfig({}, { RECOLLECT_HOME: home })
  const app = await assemble(config, () => undefined, await openStorage(config))
  try {
    const ids: AgentId[] = []
    for (const name of names) ids.push((await app.context.agents.create({ name })).agent.id)
    return ids
  } finally {
    await app.close()
  }
}

export async function withStorage<T>(
  home: string,
  work: (storage: Storage) => Promise<T>,
): Promise<T> {
  const storage = await openStorage(readConfig({}, { RECOLLECT_HOME: home }))
  try {
    return await work(storage)
  } finally {
    await storage.close()
  }
}
