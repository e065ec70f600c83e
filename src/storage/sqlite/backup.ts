import { closeSync, existsSync, openSync, rmSync } from 'node:fs'
import { UserError } from '../../core/errors.ts'
import { type Access, connect } from './connections.ts'

/**
 * A copy of one moment. The read transaction holds that moment: without one, SQLite begins the copy anew whenever
 * another connection commits, and does not finish as long as somebody works.
 */
export async function copyDatabase(path: string, target: string, access?: Access): Promise<void> {
  createTarget(target)
  try {
    const source = await connect(path, access)
    try {
      source.exec('BEGIN')
      source.prepare('SELECT count(*) FROM sqlite_master').get()
      await source.backup(target)
    } finally {
      source.close()
    }
  } catch (error) {
    rmSync(target, { force: true })
    throw error
  }
}

/** Made before anything is copied into it, so that nobody else can read it meanwhile. */
function createTarget(target: string): void {
  try {
    closeSync(openSync(target, 'wx', 0o600))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw new UserError(
      'invalid_argument',
      code === 'EEXIST'
        ? `${target} exists already. Name a file that does not exist yet.`
        : `${target} can't be written (${code}). Name a file in a directory that exists and that you may write to.`,
      { cause: error },
    )
  }
}

/** The name for a copy that does not exist yet. */
export function freeName(stem: string): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? `${stem}.bak` : `${stem}.${number}.bak`
    if (!existsSync(name)) return name
  }
}
