import { createImportChecks } from '../agent/agents/import-checks.ts'
import type { Config } from '../config/config.ts'
import type { Storage } from '../storage/port/store.ts'
import { createTransfer, findExported } from '../transfer/transfer.ts'
import { openModels } from './models.ts'
import { readImportedTool } from './tools.ts'

/** Export and import of agents over an opened database, without workers. */
export function assembleTransfer(config: Config, storage: Storage) {
  const store = storage.in(config.namespace)
  return {
    ...createTransfer(
      store,
      createImportChecks(openModels(config, storage), readImportedTool),
      storage.clock,
    ),
    find: (reference: string) => findExported(store, reference),
  }
}

export type AgentFiles = ReturnType<typeof assembleTransfer>
