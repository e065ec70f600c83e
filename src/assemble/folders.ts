import type { Clock } from '../core/clock.ts'
import type { FoldersPort } from '../service/context.ts'
import type { Store } from '../storage/port/store.ts'

/** Folders of files; their code is loaded with its first use. */
export function lazyFolders(store: Store, clock: Clock): FoldersPort {
  const folders = async () => {
    const { createFolders } = await import('../load/folders/folders.ts')
    return createFolders(store, clock)
  }
  return {
    walk: async (walk) => (await folders()).walk(walk),
    create: async (fields) => (await folders()).create(fields),
    get: async (id) => (await folders()).get(id),
    update: async (...given) => (await folders()).update(...given),
    remove: async (id) => (await folders()).remove(id),
    attach: async (...given) => (await folders()).attach(...given),
    detach: async (...given) => (await folders()).detach(...given),
    files: async (...given) => (await folders()).files(...given),
    file: async (...given) => (await folders()).file(...given),
    text: async (...given) => (await folders()).text(...given),
    upload: async (...given) => (await folders()).upload(...given),
    removeFile: async (...given) => (await folders()).removeFile(...given),
    filesOfAgent: async (agent) => (await folders()).filesOfAgent(agent),
  }
}
