import { openDataFiles } from '../../app/data.ts'
import type { Config } from '../../config/config.ts'
import { UserError } from '../../core/errors.ts'
import { askOne } from '../terminal/ask.ts'
import { tell } from '../terminal/tell.ts'
import { describeKept } from './describe-kept.ts'

/** Deletes the old files that restores and migrations have kept, after confirmation. */
export async function purge(config: Config, { yes = false }: { yes?: boolean }): Promise<void> {
  const { path, kept, removeKept } = await openDataFiles(config)
  const files = kept()
  if (files.length === 0) {
    tell(`Nothing is kept beside ${path}.`)
    return
  }
  for (const file of files) tell(describeKept(file))
  const answer = yes ? 'y' : await askOne(`Remove ${files.length} files for good? [y/n] `, 'yn')
  if (answer === undefined) {
    throw new UserError(
      'invalid_argument',
      'Nothing was removed, since there is no terminal to ask at. Run recollect purge --yes to remove the files listed.',
    )
  }
  if (answer !== 'y') {
    tell('Nothing was removed.')
    return
  }
  removeKept(files)
  tell(files.length === 1 ? 'Removed 1 file.' : `Removed ${files.length} files.`)
}
