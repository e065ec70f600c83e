import { resolve } from 'node:path'
import { openDataFiles } from '../../app/data.ts'
import type { Config } from '../../config/config.ts'

export async function restore(config: Config, file: string): Promise<void> {
  const { path, restore } = await openDataFiles(config)
  const { kept } = await restore(resolve(file))
  process.stderr.write(
    `${path} is now what ${resolve(file)} held, and was checked.` +
      (kept === undefined
        ? '\n'
        : ` What was there before is kept as ${kept}; recollect purge removes it.\n`),
  )
}
