import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { damage, drawRound } from './damage.ts'
import { createRandom } from './random.ts'
import { runRaw, startRawServer } from './raw-server.ts'
import { findsDamage, type Rows, readableRows, TABLES } from './readable-rows.ts'

/* Pages of a data file are overwritten, and everything that a user may do then is done. */

export interface DamageTally {
  rounds: number
  /** Rounds in which SQLite's own check finds something. */
  damaged: number
  /** Rows that can be read after all, and were salvaged. */
  rows: number
  /** Rounds in which nothing can be read. */
  hopeless: number
  readonly violations: string[]
}

export interface DamageOptions {
  /** The first round that is run; those before it are only drawn. */
  readonly from?: number
  /**
   * A folder for the damaged files of rounds with a violation: ids differ from run to run, and with them which pages the
   * same seed damages.
   */
  readonly keep?: string | undefined
}

export async function damageRounds(
  rounds: number,
  seed: number,
  report: (tally: DamageTally) => void = () => {},
  { from = 0, keep }: DamageOptions = {},
): Promise<DamageTally> {
  const random = createRandom(seed)
  const directory = mkdtempSync(join(tmpdir(), 'recollect-damage-'))
  const tally: DamageTally = { rounds: 0, damaged: 0, rows: 0, hopeless: 0, violations: [] }
  try {
    const whole = await fill(join(directory, 'whole'))
    const stored = readableRows(whole)
    for (let number = 0; number < from + rounds; number += 1) {
      const round = drawRound(whole, random)
      if (number < from) continue
      const home = join(directory, `round-${number}`)
      mkdirSync(home)
      const file = join(home, 'recollect.db')
      copyFileSync(whole, file)
      damage(file, round)
      const kept = join(directory, 'damaged.db')
      copyFileSync(file, kept)
      const before = tally.violations.length
      const wrong = (what: string) =>
        tally.violations.push(`round ${number} (seed ${seed}; ${round.described}): ${what}`)
      await oneRound(home, file, { stored, servers: round.servers }, tally, wrong).catch(
        (error: unknown) => wrong(String(error)),
      )
      if (keep !== undefined && tally.violations.length > before) {
        mkdirSync(keep, { recursive: true })
        copyFileSync(kept, join(keep, `damaged-${seed}-${number}.db`))
      }
      rmSync(home, { recursive: true })
      tally.rounds += 1
      report(tally)
    }
    return tally
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function oneRound(
  home: string,
  file: string,
  { stored, servers: count }: { readonly stored: Rows; readonly servers: number },
  tally: DamageTally,
  wrong: (what: string) => void,
): Promise<void> {
  const isDamaged = findsDamage(file)
  if (isDamaged) tally.damaged += 1
  const readable = readableRows(file, stored)

  const salvaged = join(home, 'salvaged.db')
  const salvage = runRaw(home, 'salvage', file, salvaged)
  if (/\n\s+at /.test(salvage.stderr)) wrong(`salvage shows a stack: ${salvage.stderr}`)
  const total = [...readable.values()].reduce((sum, rows) => sum + rows.size, 0)
  if (salvage.status === 0) {
    const copied = readableRows(salvaged)
    for (const table of TABLES) {
      const missing = [...(readable.get(table) ?? [])].filter((key) => !copied.get(table)?.has(key))
      if (missing.length > 0) wrong(`salvage left out ${missing.length} rows of ${table}`)
    }
    if (findsDamage(salvaged)) wrong('what was salvaged is damaged')
    tally.rows += total
  } else if (total > 0)
    wrong(`salvage found nothing, and ${total} rows can be read: ${salvage.stderr}`)
  else tally.hopeless += 1

  const doctor = runRaw(home, 'doctor')
  if (/\n\s+at /.test(doctor.stderr + doctor.stdout)) wrong('doctor shows a stack')
  if (isDamaged && doctor.status !== 1) wrong(`doctor finds nothing: ${doctor.stdout}`)
  const backup = runRaw(home, 'backup', join(home, 'backup.db'))
  if (/\n\s+at /.test(backup.stderr)) wrong(`backup shows a stack: ${backup.stderr}`)
  if (isDamaged && backup.status === 0) wrong('a backup passes')

  const servers = [await startRawServer(home)]
  while (servers.length < count) servers.push(await startRawServer(home))
  for (const server of servers) {
    for (const [tool, args] of CALLS) {
      const result = await server.call(tool, args).catch((error: unknown) => {
        server.process.kill('SIGKILL')
        throw new Error(`${tool}: ${String(error)}`)
      })
      if (result.data?.error?.code === 'internal')
        wrong(`${tool} is internal: ${server.errors().slice(-1500)}`)
      if (/\n\s+at |\.ts:\d|\.cjs:\d/.test(result.text))
        wrong(`${tool} shows a stack: ${result.text}`)
    }
  }
  for (const server of servers) {
    await server.stop()
    if (/\n\s+at /.test(server.errors())) wrong(`a server shows a stack: ${server.errors()}`)
  }
}

const CALLS: readonly (readonly [string, object])[] = [
  ['list_agents', {}],
  ['get_agent', { agent: 'Mira' }],
  ['read_memory', { agent: 'Mira' }],
  ['search_archival', { agent: 'Mira', query: 'looms' }],
  ['search_archival', { agent: 'Mira', limit: 50 }],
  ['search_conversation', { agent: 'Mira', query: 'tea' }],
  ['search_conversation', { agent: 'Mira', limit: 50 }],
  ['inspect_context', { agent: 'Mira' }],
  ['insert_archival', { agent: 'Mira', text: 'Another fact.' }],
  ['append_to_memory_block', { agent: 'Mira', label: 'human', text: 'Likes tea.' }],
  ['send_message', { agent: 'Mira', message: 'Remember the tea.', wait_seconds: 2 }],
  ['create_agent', { name: 'New' }],
  ['delete_agent', { agent: 'Gone', confirm: true }],
]

/** Answers the file of a closed database with some of everything. */
async function fill(home: string): Promise<string> {
  mkdirSync(home)
  const server = await startRawServer(home)
  for (const name of ['Mira', 'Gone']) {
    await server.call('create_agent', {
      name,
      human: `Lives by the sea. ${'Likes long walks. '.repeat(120)}`,
    })
    for (let batch = 0; batch < 16; batch += 1) {
      const texts = Array.from(
        { length: 60 },
        (_, index) =>
          `Fact ${batch} ${index} about looms: ${'warp and weft '.repeat((index * 7) % 90)}`,
      )
      await server.call('insert_archival', { agent: name, texts, tags: ['weaving'] })
    }
    for (let turn = 0; turn < 8; turn += 1) {
      await server.call('send_message', { agent: name, message: `Remember tea number ${turn}.` })
    }
  }
  await server.stop()
  return join(home, 'recollect.db')
}
