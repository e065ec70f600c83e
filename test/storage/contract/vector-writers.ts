import { expect, test } from 'vitest'
import { at, insertAgent, insertArchive, insertPassages } from '../../support/stores.ts'
import { found } from './found-vector.ts'
import type { Subject } from './subject.ts'

const HANDLE = 'openai/one'

/** Vectors while others write what they are of. */
export function vectorWriterContract(subject: Subject): void {
  const tasks = () => subject.storage.embeddings

  async function embedAll(owner: string): Promise<void> {
    for (;;) {
      const { batch, progressed } = await tasks().claim({
        handle: HANDLE,
        owner,
        now: at(),
        expiresAt: at(30),
        mostTasks: 20,
        mostCharacters: 10_000,
      })
      if (!progressed) return
      if (!batch) continue
      const outcomes = batch.tasks.map((task) => found(task))
      await tasks().finish(batch.lease, { outcomes, retryAt: at(600) })
    }
  }

  test('an archive gets one set, and that which was chosen stays', async () => {
    const { store } = subject
    for (let round = 0; round < 5; round += 1) {
      const agent = await insertAgent(store)
      const archiveId = await insertArchive(store, agent.id)
      const owner = { kind: 'archive', id: archiveId } as const
      await Promise.all([
        ...[1, 2, 3].map(() => tasks().adopt(HANDLE, at())),
        store.transaction((tx) => tx.vectors.embedWith(owner, 'openai/chosen', at())),
        ...[1, 2, 3].map(() => tasks().adopt(HANDLE, at())),
      ])
      const sets = (await tasks().counts()).filter(({ ownerId }) => ownerId === archiveId)
      expect(sets.map(({ handle }) => handle)).toEqual(['openai/chosen'])
    }
  })

  test('no vector of a passage is left that is deleted while several embed', async () => {
    const { store } = subject
    const agent = await insertAgent(store)
    const texts = Array.from({ length: 300 }, (_, index) => ({ text: `text ${index}` }))
    // A text that is already embedded is found in the cache.
    const first = await insertArchive(store, agent.id)
    await insertPassages(store, first, texts.slice(0, 150))
    await tasks().adopt(HANDLE, at())
    await embedAll('me')
    const other = await insertAgent(store)
    const archiveId = await insertArchive(store, other.id)
    const passages = await insertPassages(store, archiveId, texts)
    await tasks().adopt(HANDLE, at())

    const gone = passages.filter((_, index) => index % 2 === 0)
    const remove = async (part: number) => {
      for (const { id } of gone.filter((_, index) => index % 3 === part)) {
        await store.transaction((tx) => tx.passages.delete(other.id, id, at()))
      }
    }
    await Promise.all([...['me', 'you', 'them'].map(embedAll), ...[0, 1, 2].map(remove)])
    await embedAll('me')
    expect((await tasks().counts()).find(({ ownerId }) => ownerId === archiveId)).toMatchObject({
      state: 'serving',
      embedded: 150,
      waiting: 0,
    })
  })
}
