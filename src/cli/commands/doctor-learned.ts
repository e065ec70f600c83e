import { openModels } from '../../app/app.ts'
import { openStorage } from '../../app/data.ts'
import type { Config } from '../../config/config.ts'
import type { Tell } from './doctor-report.ts'

const ALL = 'all'

/** Tells what refusals taught of models, and how to have it tried anew. */
export async function tellLearned(config: Config, tell: Tell): Promise<void> {
  const storage = await openStorage(config)
  try {
    const learnt = await (await openModels(config, storage)).learnt()
    for (const { handle, abilities } of learnt) {
      tell(
        'Learnt',
        `${handle}: ${abilities.join('; ')} ("recollect doctor --forget ${handle}" tries the original request again)`,
      )
    }
  } finally {
    await storage.close()
  }
}

/** `of`: provider/model, or all. */
export async function forgetLearned(config: Config, of: string, tell: Tell): Promise<void> {
  const storage = await openStorage(config)
  try {
    const slash = of.indexOf('/')
    const baseUrl = config.providers.get(of.slice(0, slash))?.baseUrl
    const model = baseUrl === undefined ? undefined : { baseUrl, model: of.slice(slash + 1) }
    const count =
      of === ALL
        ? await storage.learned.forget(ALL)
        : model && (await storage.learned.forget(model))
    if (count) return tell('Learnt', `forgotten: ${count === 1 ? 'one model' : `${count} models`}`)
    const known = (await (await openModels(config, storage)).learnt()).map(({ handle }) => handle)
    tell(
      'Learnt',
      known.length === 0
        ? 'nothing to forget'
        : `nothing to forget of "${of}"; give ${ALL} or one of: ${known.join(', ')}`,
    )
  } finally {
    await storage.close()
  }
}
