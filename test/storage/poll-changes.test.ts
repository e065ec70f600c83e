import { expect, test } from 'vitest'
import { pollChanges } from '../../src/storage/changes/poll-changes.ts'
import type { ChangeLog } from '../../src/storage/port/store.ts'
import { insertAgent, openTestStorage } from '../support/stores.ts'

/** The changes of a database that can't be read for a while. */
function troubled(changes: ChangeLog): { readonly changes: ChangeLog; trouble: boolean } {
  const state = {
    trouble: false,
    changes: {
      ...changes,
      onCommit: () => undefined,
      mayHaveChanged() {
        if (state.trouble) throw new Error('disk I/O error')
        return changes.mayHaveChanged()
      },
      async after(seq: number, limit: number) {
        if (state.trouble) throw new Error('disk I/O error')
        return changes.after(seq, limit)
      },
    },
  }
  return state
}

test('a failure to read changes is reported, and no change is lost', async () => {
  const { storage, close } = await openTestStorage()
  const state = troubled(storage.changes)
  const published: number[] = []
  const said: string[] = []
  const poller = await pollChanges(
    state.changes,
    ({ seq }) => published.push(seq),
    (_, message) => said.push(message),
  )
  state.trouble = true
  await insertAgent(storage.in('default'))
  await expect.poll(() => said).toContain('changes could not be read')
  expect(published).toEqual([])
  state.trouble = false
  await insertAgent(storage.in('default'))
  await expect.poll(() => published).toEqual([1, 2])
  poller.stop()
  await close()
})
