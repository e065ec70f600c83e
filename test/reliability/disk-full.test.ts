import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { BLOCK } from '../support/reliability-model.ts'
import { reckon } from './chaos.ts'
import { call, callAny, createAgent, deliver } from './clients.ts'
import { createCluster, until } from './harness.ts'
import { readRecords } from './records.ts'

/* A file system of 12 MB, filled to the last byte while an agent is at work. */

const disk = mkdtempSync(join(tmpdir(), 'recollect-disk-'))
const mounted = system(`mount -t tmpfs -o size=12m tmpfs ${disk}`)
const canMount = mounted.status === 0
if (!canMount) {
  console.log(`skipped: no file system can be mounted here (${String(mounted.stderr).trim()})`)
}

afterAll(() => {
  if (canMount) system(`umount -l ${disk}`)
  rmSync(disk, { recursive: true, force: true })
})

test.skipIf(!canMount)(
  'a full disk gives a clear error, reads work, and writes work again once there is space',
  async () => {
    const cluster = await createCluster({ directory: join(disk, 'data') })
    try {
      const server = await cluster.start()
      const agent = await createAgent(cluster, server)
      const before = await deliver(cluster, agent, { waitSeconds: 2 })
      const during = await deliver(cluster, agent, { slow: 1_500, waitSeconds: 0 })
      await until(() => cluster.model.requests.length > 4 || undefined, 10_000, 'a model call')

      const ballast = join(disk, 'ballast')
      fill(ballast)
      const written: string[] = []
      const append = async (text: string) => {
        const result = await call(cluster, server, 'append_to_memory_block', {
          agent,
          label: BLOCK,
          text,
        })
        if (!result.isError) written.push(text)
        return result
      }
      // The free rest of the WAL still takes a few writes.
      const refused = await until(
        async () => {
          const result = await append(`<${written.length} ${'full '.repeat(200)}>`)
          return result.isError ? result : undefined
        },
        20_000,
        'a full disk',
      )
      expect(refused.data.error.code).toBe('storage_full')
      expect(refused.text).toMatch(/^The disk .* is full.*\.$/)
      const { data } = await call(cluster, server, 'read_memory', { agent, label: BLOCK })
      expect(data.blocks[0].value.match(/</g) ?? []).toHaveLength(written.length)
      const found = await call(cluster, server, 'search_archival', { agent, query: before.id })
      expect(found.data.passages).toHaveLength(1)
      const refusedMessage = await call(cluster, server, 'send_message', {
        agent,
        message: `x${'full '.repeat(4_000)}`,
      })
      expect(refusedMessage.data.error.code).toBe('storage_full')
      // Long enough for the model's answer to be there and not to fit.
      await new Promise((resolve) => setTimeout(resolve, 2_500))

      unlinkSync(ballast)
      expect((await append('<after>')).isError).toBe(false)
      const after = await deliver(cluster, agent, { waitSeconds: 1 })
      const outcome = await callAny(
        cluster,
        'get_run',
        { run_id: during.runId, wait_seconds: 2 },
        (result) => ['completed', 'failed'].includes(result.data?.status),
      )
      console.log(`the run under way is ${outcome.data.status}`)
      const failed = outcome.data.status === 'failed'
      if (failed) expect(outcome.data.error.code).toBe('storage_full')
      const excused = failed ? [during.runId] : []
      expect(await reckon(cluster, [before, during, after], excused)).toEqual([])
      const block = (await readRecords(cluster.database)).blocks.find(({ value }) =>
        value.startsWith('Note'),
      )
      for (const text of written) expect(block?.value.split(text)).toHaveLength(2)
    } finally {
      await cluster.remove()
    }
  },
  90_000,
)

function system(command: string) {
  return spawnSync('sh', ['-c', command])
}

function fill(path: string): void {
  const file = openSync(path, 'w')
  try {
    for (let size = 1024 * 1024; size >= 1; ) {
      try {
        if (writeSync(file, Buffer.alloc(size)) < size) size = Math.floor(size / 2)
      } catch {
        size = Math.floor(size / 2)
      }
    }
  } finally {
    closeSync(file)
  }
}
