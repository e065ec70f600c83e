import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Control } from '../support/reliability-storage.ts'
import { reckon } from './chaos.ts'
import { createAgent, deliver } from './clients.ts'
import { createCluster, until } from './harness.ts'

/* A harness that cannot fail is worth nothing: with a safeguard taken away, it has to report violations. */

test('without the fence, a stopped process overwrites its successor, and the harness notices', async () => {
  expect(await stoppedInItsModelCall('no-fence')).toEqual(
    // The lease that is left behind runs out, and may be gone before anybody looks.
    expect.arrayContaining([expect.stringMatching(/was written with fence 1 after 2/)]),
  )
}, 60_000)

test('with the fence, a stopped process cannot overwrite its successor', async () => {
  expect(await stoppedInItsModelCall(undefined)).toEqual([])
}, 60_000)

test('a server that stores an edit before its result repeats the edit, and the harness notices', async () => {
  expect(await killedInAnEdit('half-edit:after:1', 'split-edit')).toEqual(
    expect.arrayContaining([expect.stringMatching(/-a: 2 times in the block, 1 results say so/)]),
  )
}, 60_000)

test('the real server stores both or neither', async () => {
  expect(await killedInAnEdit('edit:before:1', undefined)).toEqual([])
}, 60_000)

/**
 * The model is slow with its first answer. The process that asked is stopped, and woken with the answer at hand while
 * another, which has taken over the run, still waits for its own.
 */
async function stoppedInItsModelCall(control: Control | undefined): Promise<readonly string[]> {
  const cluster = await createCluster({ jitterMilliseconds: 0 })
  try {
    const start = control === undefined ? {} : { control }
    const first = await cluster.start(start)
    const agent = await createAgent(cluster, first)
    const other = await cluster.start(start)
    const message = await deliver(cluster, agent, { slow: 3_000, waitSeconds: 0, first })
    await asked(1)
    first.process.kill('SIGSTOP')
    await asked(2)
    // The answer to the first is there by now, the second one's is not.
    await sleep(2_000)
    first.process.kill('SIGCONT')
    expect(cluster.servers()).toContain(other)
    return await reckon(cluster, [message])
  } finally {
    await cluster.remove()
  }

  function asked(times: number): Promise<true> {
    return until(
      () => cluster.model.requests.length >= times || undefined,
      10_000,
      `model call ${times}`,
    )
  }
}

async function killedInAnEdit(
  fail: string,
  control: Control | undefined,
): Promise<readonly string[]> {
  const cluster = await createCluster()
  try {
    const start = control === undefined ? {} : { control }
    const doomed = await cluster.start({ ...start, fail })
    const agent = await createAgent(cluster, doomed)
    const sent = deliver(cluster, agent, { waitSeconds: 0, first: doomed })
    await cluster.died(doomed)
    await cluster.start(start)
    return await reckon(cluster, [await sent])
  } finally {
    await cluster.remove()
  }
}
