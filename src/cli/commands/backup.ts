import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { openStorage } from '../../app/data.ts'
import type { Config } from '../../config/config.ts'
import { UserError } from '../../core/errors.ts'

export async function backup(config: Config, file: string): Promise<void> {
  const { database } = config
  if (database.kind === 'sqlite' && !existsSync(database.path)) {
    throw new UserError(
      'not_found',
      `There is no data at ${database.path} yet, so there is nothing to back up.`,
    )
  }
  const target = resolve(file)
  const storage = await openStorage(config)
  try {
    await storage.backup(target)
    const { location } = await storage.info()
    process.stderr.write(`${location} was copied to ${target}\n`)
  } finally {
    await storage.close()
  }
}
