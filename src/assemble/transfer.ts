import { createImportChecks } from '../agent/agents/import-checks.ts'
import type { Config } from '../config/config.ts'
import { findAgent } from '../memory/find-agent.ts'
import type { Storage } from '../storage/port/store.ts'
import { createTransfer } from '../transfer/transfer.ts'
import { openModels } from './models.ts'

/** Export and import of agents over an opened database, without workers. */
export function assembleTransfer(config: Config, storage: Storage) {
  const store = storage.in(config.namespace)
  return {
    ...createTransfer(store, createImportChecks(openModels(config, storage)), storage.clock),
    find: (reference: string) => findAgent(store.agents, reference),
  }
}

export type AgentFiles = ReturnType<typeof assembleTransfer>
