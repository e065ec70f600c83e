import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRandom } from './random.ts'
import { type RawServer, runRaw, startRawServer } from './raw-server.ts'

/* Deleted text is in no byte of the data, once all servers are closed, nor of a new backup. */

export interface CanaryTally {
  rounds: number
  canaries: number
  readonly violations: string[]
}

export async function canaryRounds(
  rounds: number,
  seed: number,
  report: (tally: CanaryTally) => void = () => {},
): Promise<CanaryTally> {
  const random = createRandom(seed)
  const tally: CanaryTally = { rounds: 0, canaries: 0, violations: [] }
  const word = () => `q${random.bytes(8).toString('hex')}z`
  for (let round = 0; round < rounds; round += 1) {
    const home = mkdtempSync(join(tmpdir(), 'recollect-canary-'))
    try {
      const servers = [await startRawServer(home), await startRawServer(home)] as const
      const any = (): RawServer => servers[random.below(2)] ?? servers[0]
      const canary = word()
      await any().call('create_agent', { name: 'Stays', human: 'Likes tea.' })
      const noise = async () => {
        const texts = Array.from({ length: random.below(40) }, () =>
          Array.from({ length: 1 + random.below(60) }, word).join(' '),
        )
        if (texts.length > 0) await any().call('insert_archival', { agent: 'Stays', texts })
        await any().call('send_message', { agent: 'Stays', message: `Remember ${word()}.` })
      }
      const passages: string[] = []
      await noise()
      await any().call('create_agent', {
        name: `Gone ${canary}`,
        description: canary,
        persona: `Was ${canary}. `.repeat(1 + random.below(100)),
        human: 'Somebody.',
      })
      for (let step = 0; step < 6; step += 1) {
        await noise()
        const filler = Array.from({ length: random.below(300) }, word).join(' ')
        const made = await any().call('insert_archival', {
          agent: 'Stays',
          texts: [`The passport is ${canary}${step}x. ${filler}`, `${filler} ${canary} ${step}`],
          tags: [`tag-${canary}`],
          source: `letters of ${canary}`,
        })
        for (const { id } of made.data.passages) passages.push(id)
        await any().call('insert_archival', {
          agent: `Gone ${canary}`,
          text: `${canary}y ${filler}`,
        })
        await any().call('append_to_memory_block', {
          agent: `Gone ${canary}`,
          label: 'human',
          text: `Lives at ${canary}w.`,
        })
        await any().call('send_message', {
          agent: `Gone ${canary}`,
          message: `Remember ${canary}v ${filler}`,
        })
        tally.canaries += 5
      }
      for (const passage_id of passages) {
        await noise()
        const gone = await any().call('delete_archival', { agent: 'Stays', passage_id })
        if (gone.isError) tally.violations.push(`round ${round}: ${gone.text}`)
      }
      const gone = await any().call('delete_agent', { agent: `Gone ${canary}`, confirm: true })
      if (gone.isError) tally.violations.push(`round ${round}: ${gone.text}`)
      await noise()
      for (const server of servers) await server.stop()
      const copy = runRaw(home, 'backup', join(home, 'copy.db'))
      if (copy.status !== 0) tally.violations.push(`round ${round}: ${copy.stderr}`)
      for (const name of readdirSync(home)) {
        if (!name.startsWith('recollect.db') && name !== 'copy.db') continue
        const bytes = readFileSync(join(home, name))
        const at = bytes.indexOf(canary)
        if (at >= 0) {
          const around = bytes.subarray(Math.max(0, at - 40), at + 60).toString('latin1')
          tally.violations.push(
            `round ${round} (seed ${seed}): ${name} at ${at}: ${JSON.stringify(around)}`,
          )
        }
      }
    } finally {
      rmSync(home, { recursive: true, force: true })
    }
    tally.rounds += 1
    report(tally)
  }
  return tally
}
