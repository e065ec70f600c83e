import type { ArchiveId } from '../../../src/core/ids.ts'
import type {
  EmbeddingBatch,
  EmbeddingOutcome,
  EmbeddingTask,
} from '../../../src/storage/port/store.ts'
import { at, insertAgent, insertArchive, insertPassages } from '../../support/stores.ts'
import { found } from './found-vector.ts'
import type { Subject } from './subject.ts'

const HANDLE = 'openai/one'

/** Embeds in tests, as the worker does. */
export function embeddingOf(subject: Subject) {
  const tasks = () => subject.storage.embeddings
  const claim = (seconds = 0, options: object = {}) =>
    tasks().claim({
      handle: HANDLE,
      owner: 'me',
      now: at(seconds),
      expiresAt: at(seconds + 30),
      mostTasks: 64,
      mostCharacters: 1_000,
      ...options,
    })
  /** Until a batch comes, or nothing more is to be done. */
  async function claimSome(seconds = 0, options: object = {}): Promise<EmbeddingBatch | undefined> {
    for (;;) {
      const { batch, progressed } = await claim(seconds, options)
      if (batch || !progressed) return batch
    }
  }
  async function claimed(seconds = 0, options: object = {}): Promise<EmbeddingBatch> {
    const batch = await claimSome(seconds, options)
    if (!batch) throw new Error('nothing was claimed')
    return batch
  }
  const textsOf = (batch: EmbeddingBatch | undefined) => batch?.tasks.map(({ text }) => text)
  const finish = (
    { lease, tasks: batched }: EmbeddingBatch,
    outcome: (task: EmbeddingTask) => EmbeddingOutcome = (task) => found(task),
    seconds = 600,
  ) => tasks().finish(lease, { outcomes: batched.map(outcome), retryAt: at(seconds) })
  async function embedAll(seconds = 0, options: object = {}): Promise<readonly string[]> {
    const embedded: string[] = []
    for (;;) {
      const batch = await claimSome(seconds, options)
      if (!batch) return embedded
      await finish(batch, undefined, seconds + 600)
      embedded.push(...(textsOf(batch) ?? []))
    }
  }
  const counts = async () => {
    const sets = await tasks().counts()
    return sets.map(({ handle, state, embedded, waiting, failed }) => ({
      handle,
      state,
      embedded,
      waiting,
      failed,
    }))
  }
  const use = (archiveId: ArchiveId, handle: string | null) =>
    subject.store.transaction((tx) =>
      tx.vectors.embedWith({ kind: 'archive', id: archiveId }, handle, at()),
    )
  async function archive(...texts: readonly string[]) {
    const agent = await insertAgent(subject.store)
    const archiveId = await insertArchive(subject.store, agent.id)
    const passages = await insertPassages(
      subject.store,
      archiveId,
      texts.map((text) => ({ text })),
    )
    return { agent, archiveId, passages }
  }

  return { tasks, claimSome, claimed, textsOf, finish, embedAll, counts, use, archive }
}
