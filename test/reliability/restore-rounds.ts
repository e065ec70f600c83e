import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import DatabaseHandle from 'better-sqlite3'
import { createRandom } from './random.ts'
import { type RawServer, runRaw, spawnRaw, startRawServer } from './raw-server.ts'

/*
 * Servers are killed while they write, and a backup is put in place by the command, by a command that is killed as well,
 * or by hand, over whatever the crash left. What is there afterwards must be whole, and one of the states that it may be.
 */

export interface RestoreTally {
  rounds: number
  kills: number
  restores: number
  killedRestores: number
  copiesByHand: number
  readonly violations: string[]
}

interface Known {
  readonly acknowledged: ReadonlySet<string>
  readonly attempted: ReadonlySet<string>
}

const exactly = (texts: ReadonlySet<string>): Known => ({ acknowledged: texts, attempted: texts })

export async function restoreRounds(
  rounds: number,
  seed: number,
  report: (tally: RestoreTally) => void = () => {},
): Promise<RestoreTally> {
  const random = createRandom(seed)
  const home = mkdtempSync(join(tmpdir(), 'recollect-restore-'))
  const file = join(home, 'recollect.db')
  const backups: { readonly path: string; readonly texts: ReadonlySet<string> }[] = []
  const tally: RestoreTally = {
    rounds: 0,
    kills: 0,
    restores: 0,
    killedRestores: 0,
    copiesByHand: 0,
    violations: [],
  }
  let possible: readonly Known[] = [exactly(new Set())]
  let written = 0

  async function write(server: RawServer, acknowledged: Set<string>, attempted: Set<string>) {
    try {
      for (;;) {
        const texts = Array.from({ length: 1 + random.below(20) }, () => {
          written += 1
          return `Fact ${written}: ${'warp and weft '.repeat(random.below(40))}`
        })
        for (const text of texts) attempted.add(text)
        const { isError } = await server.call('insert_archival', { agent: 'Mira', texts })
        if (!isError) for (const text of texts) acknowledged.add(text)
      }
    } catch {
      // It was killed.
    }
  }

  try {
    for (let round = 0; round < rounds; round += 1) {
      const servers = [await startRawServer(home)]
      // The first call opens the data, and sets right what is to be set right.
      const [first] = servers as [RawServer]
      await first.call('list_agents', {})
      const found = readTexts(file)
      if (found.problem) tally.violations.push(`round ${round}: ${found.problem}`)
      const state = possible.find(
        ({ acknowledged, attempted }) =>
          [...acknowledged].every((text) => found.texts.has(text)) &&
          [...found.texts].every((text) => attempted.has(text)),
      )
      if (!state) {
        tally.violations.push(
          `round ${round}: ${found.texts.size} passages are none of the states that it may be (${possible.map(({ acknowledged }) => acknowledged.size).join(', ')}); ${first.errors().slice(0, 300)}`,
        )
      }
      if (found.texts.size === 0 && (await first.call('get_agent', { agent: 'Mira' })).isError) {
        await first.call('create_agent', { name: 'Mira' })
      }
      if (random.below(2) === 0) servers.push(await startRawServer(home))
      if (backups.length === 0 || random.below(6) === 0) {
        const path = join(home, `backup-${round}.db`)
        const made = backUp(home, path)
        if (made.status === 0) backups.push({ path, texts: readTexts(path).texts })
        else tally.violations.push(`round ${round}: no backup: ${made.stderr}`)
      }
      const acknowledged = new Set(found.texts)
      const attempted = new Set(found.texts)
      const writing = servers.map((server) => write(server, acknowledged, attempted))
      await new Promise((resolve) => setTimeout(resolve, random.below(250)))
      for (const server of servers) await server.kill()
      await Promise.all(writing)
      tally.kills += servers.length
      possible = [{ acknowledged, attempted }]

      const backup = backups[random.below(backups.length)]
      if (!backup) continue
      const choice = random.below(10)
      if (choice < 4) {
        const done = runRaw(home, 'restore', backup.path)
        if (done.status === 0) possible = [exactly(backup.texts)]
        else tally.violations.push(`round ${round}: not restored: ${done.stderr}`)
        tally.restores += 1
      } else if (choice < 6) {
        const restoring = spawnRaw(home, 'restore', backup.path)
        const over = once(restoring, 'exit')
        await new Promise((resolve) => setTimeout(resolve, random.below(600)))
        restoring.kill('SIGKILL')
        const [code] = await over
        possible = code === 0 ? [exactly(backup.texts)] : [...possible, exactly(backup.texts)]
        tally.killedRestores += 1
      } else if (choice < 8) {
        copyFileSync(backup.path, file)
        possible = [exactly(backup.texts)]
        tally.copiesByHand += 1
      }
      tally.rounds += 1
      if (round % 10 === 9) runRaw(home, 'purge', '--yes')
      report(tally)
    }
    return tally
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

function readTexts(path: string): { texts: ReadonlySet<string>; problem?: string } {
  const handle = new DatabaseHandle(path, { readonly: true, timeout: 5_000 })
  try {
    const problem = String(handle.pragma('integrity_check', { simple: true }))
    const texts = handle.prepare('SELECT text FROM passage').pluck().all() as string[]
    return { texts: new Set(texts), ...(problem !== 'ok' && { problem }) }
  } catch (error) {
    return { texts: new Set(), problem: String(error) }
  } finally {
    handle.close()
  }
}

/** A backup that a busy machine refuses says so, and is asked for again. */
function backUp(home: string, path: string): ReturnType<typeof runRaw> {
  const made = runRaw(home, 'backup', path)
  return made.status !== 0 && /Try again in a moment/.test(made.stderr)
    ? runRaw(home, 'backup', path)
    : made
}
