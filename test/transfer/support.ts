import { assembleImportChecks } from '../../src/assemble/import-checks.ts'
import { readConfig } from '../../src/config/read-config.ts'
import type { Clock } from '../../src/core/clock.ts'
import { createModelRegistry } from '../../src/llm/registry/registry.ts'
import type { Storage } from '../../src/storage/port/store.ts'
import { createTransfer } from '../../src/transfer/transfer.ts'
import { at } from '../support/stores.ts'

/** Agents of the database as files, on a server that has no key of any provider. */
export function transferOf(
  storage: Storage,
  clock: Clock = () => Date.parse(at(3_600)),
  namespace = 'default',
) {
  const { model, providers, modelCalls } = readConfig({}, { OLLAMA_HOST: '127.0.0.1:1' })
  const models = createModelRegistry({
    defaultHandle: model,
    settings: providers,
    limits: modelCalls,
  })
  return createTransfer(storage.in(namespace), assembleImportChecks(models), clock)
}

/** Numbers the ids in order, the only difference between a file and one of the agent that was made from it. */
export function withoutIds(file: string): unknown {
  const numbers = new Map<string, string>()
  const text = file.replaceAll(/(passage|call|agent)-[0-9a-f-]{36}/g, (id, kind) => {
    const number = numbers.get(id) ?? `${kind}-${numbers.size}`
    numbers.set(id, number)
    return number
  })
  return JSON.parse(text)
}
