import type { Config } from '../config/config.ts'
import type { Storage } from '../storage/port/store.ts'
import { createTransfer, findExported } from '../transfer/transfer.ts'
import { assembleImportChecks } from './import-checks.ts'
import { openModels } from './models.ts'

/** Export and import of agents over an opened database, without workers. */
export function assembleTransfer(config: Config, storage: Storage) {
  const store = storage.in(config.namespace)
  return {
    ...createTransfer(store, assembleImportChecks(openModels(config, storage)), storage.clock),
    find: (reference: string) => findExported(store, reference),
  }
}

export type AgentFiles = ReturnType<typeof assembleTransfer>
