import { createAgents } from '../agent/agents/agents.ts'
import { databaseRegistry } from '../agent/tools/database-tools.ts'
import { projectAgent } from '../assistant/project-agent.ts'
import type { Config } from '../config/config.ts'
import type { Agent } from '../core/agent.ts'
import { createEmbedderRegistry } from '../llm/registry/embedder-registry.ts'
import type { Storage } from '../storage/port/store.ts'
import { openModels } from './models.ts'

/** Creates the agent of a project, for its first session. */
export async function createProjectAgent(
  config: Config,
  storage: Storage,
  name: string,
): Promise<Agent> {
  const embedders = createEmbedderRegistry({
    modelsFolder: config.localModels.folder,
    settings: config.providers,
    limits: config.modelCalls,
  })
  const agents = createAgents(
    storage.in(config.namespace),
    databaseRegistry,
    openModels(config, storage),
    { check: embedders.check, fallback: config.embedding },
    storage.clock,
  )
  const { agent } = await agents.create(projectAgent(name))
  return agent
}
