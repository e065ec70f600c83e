import { openLocalModels } from '../../app/app.ts'
import type { Config } from '../../config/config.ts'
import { createProgressBar } from '../terminal/progress-bar.ts'
import { type Asked, tell, tellJson } from '../terminal/tell.ts'

const KILOBYTE = 1_000
const MEGABYTE = 1_000_000

export async function listModels(config: Config, { json = false }: Asked): Promise<void> {
  const models = await openLocalModels(config)
  const all = await models.list()
  const missing = models.missingPackage()
  if (json) {
    return tellJson({
      folder: models.folder,
      package_installed: missing === undefined,
      models: all.map(({ handle, repository, about, isFetched }) => ({
        ...{ handle, repository, about, fetched: isFetched },
      })),
    })
  }
  const width = Math.max(...all.map(({ handle }) => handle.length))
  for (const { handle, about, isFetched } of all)
    tell(`${handle.padEnd(width)}  ${isFetched ? 'fetched' : '-      '}  ${about}`.trimEnd())
  if (missing !== undefined) tellPackage(missing)
}

/** Stopped with Ctrl-C, the same command keeps the files that are whole. */
export async function fetchModel(
  config: Config,
  name: string,
  { json = false }: Asked,
): Promise<void> {
  const models = await openLocalModels(config)
  const controller = new AbortController()
  const stop = () => controller.abort()
  process.once('SIGINT', stop).once('SIGTERM', stop)
  const bar = process.stderr.isTTY ? createProgressBar(process.stderr, 'kB') : undefined
  try {
    const { handle, folder, bytes, kept } = await models.fetch(name, {
      onProgress: (done, total) =>
        bar?.show('fetch', Math.floor(done / KILOBYTE), Math.floor(total / KILOBYTE)),
      signal: controller.signal,
    })
    bar?.end()
    if (json) return tellJson({ handle, folder, bytes, kept })
    const size = (bytes / MEGABYTE).toFixed(1)
    tell(`${handle} is in ${folder} (${size} MB${kept === bytes ? ', which was there' : ''}).`)
    const missing = models.missingPackage()
    if (missing !== undefined) tellPackage(missing)
    tell(`To use it: RECOLLECT_EMBEDDING=${handle}, or embedding in update_agent.`)
  } catch (error) {
    if (!controller.signal.aborted) throw error
    process.exitCode = 130
    process.stderr.write('Stopped. The same command continues from there.\n')
  } finally {
    bar?.end()
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}

function tellPackage(command: string): void {
  tell(`The package that runs these models is not installed. Run: ${command}`)
}
