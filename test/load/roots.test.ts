import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createLoadHandler } from '../../src/load/load-handler.ts'
import { createLoads } from '../../src/load/loads.ts'
import { insertAgent, openTestStorage } from '../support/stores.ts'

test('a folder that may no longer be read is not, although it was when watching began', async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'recollect-roots-')))
  const { storage, close } = await openTestStorage()
  try {
    await writeFile(join(folder, 'a.md'), 'The key is under the pot.')
    const store = storage.in('default')
    const { id: agent } = await insertAgent(store)
    const { begin } = createLoads({ store, clock: storage.clock, roots: [folder] })
    const job = await begin({ agent, path: folder, into: 'archive', watch: true })
    const never = () => Promise.reject(new Error('nothing else is done'))
    const tools = { fetch: never, writeBlock: never, clock: storage.clock, roots: ['/elsewhere'] }
    const work = { job, namespace: 'default', store, save: never }
    const looking = createLoadHandler(tools).run(work, new AbortController().signal)
    await expect(looking).rejects.toThrow(/may no longer read that path/)
  } finally {
    await close()
    await rm(folder, { recursive: true })
  }
})
