import { readdir } from 'node:fs/promises'
import { UserError } from '../../core/errors.ts'
import { findLocalModel, LOCAL_MODELS, LOCAL_PREFIX } from '../embedding/local-handle.ts'
import { type FetchedModel, type FetchOptions, fetchModel } from './fetch-model.ts'
import { findPackage, installCommand } from './find-package.ts'
import { fetchedWeights } from './models-folder.ts'

/** A model as `recollect models` shows it. */
export interface LocalModelFacts {
  /** `local/…`. */
  readonly handle: string
  readonly repository: string
  readonly about: string
  readonly isFetched: boolean
}

export interface LocalModels {
  readonly folder: string
  /** The command that installs the package they need; undefined: it is installed. */
  missingPackage(): string | undefined
  /** The known ones, then others that were fetched. */
  list(): Promise<readonly LocalModelFacts[]>
  /** `name` as after `local/`. Throws a UserError. */
  fetch(
    name: string,
    options: Pick<FetchOptions, 'onProgress' | 'signal'>,
  ): Promise<FetchedModel & { readonly handle: string }>
}

export function createLocalModels(folder: string, hub: string): LocalModels {
  return {
    folder,
    missingPackage: () => (findPackage(folder) === undefined ? installCommand(folder) : undefined),
    async list() {
      const known = Object.entries(LOCAL_MODELS)
      const others = (await repositoriesIn(folder)).filter(
        (repository) => !known.some(([, model]) => model.repository === repository),
      )
      return [...known.map(([name]) => name), ...others].flatMap((name) => {
        const model = findLocalModel(name)
        if (!model) return []
        const isFetched = fetchedWeights(folder, model) !== undefined
        return [{ handle: LOCAL_PREFIX + name, ...model, isFetched }]
      })
    },
    async fetch(given, options) {
      const name = given.startsWith(LOCAL_PREFIX) ? given.slice(LOCAL_PREFIX.length) : given
      const model = findLocalModel(name)
      if (!model)
        throw new UserError(
          'not_found',
          `"${given}" names no model. There are ${Object.keys(LOCAL_MODELS).join(', ')}, and any other of the hub as <owner>/<name>.`,
        )
      const fetched = await fetchModel({ model, models: folder, hub, ...options })
      return { handle: LOCAL_PREFIX + name, ...fetched }
    },
  }
}

/** `owner/name` of each folder that may hold a model. */
async function repositoriesIn(folder: string): Promise<readonly string[]> {
  const owners = (await foldersIn(folder)).filter((owner) => owner !== 'node_modules')
  const all = await Promise.all(
    owners.map(async (owner) =>
      (await foldersIn(`${folder}/${owner}`)).map((name) => `${owner}/${name}`),
    ),
  )
  return all.flat().sort()
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}
