import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import DatabaseHandle from 'better-sqlite3'
import { createRandom, type Random } from './random.ts'
import { runRaw, startRawServer } from './raw-server.ts'

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

const PAGE_BYTES = 4_096
const TABLES = [
  'agent',
  'block',
  'block_version',
  'archive',
  'passage',
  'message',
  'run',
  'agent_block',
  'agent_archive',
] as const
/** SQL that identifies a row of each table, also in a copy. */
const KEYS: Readonly<Record<(typeof TABLES)[number], string>> = {
  agent: 'id',
  block: 'id',
  block_version: "block_id || ' ' || version",
  archive: 'id',
  passage: 'id',
  message: 'id',
  run: 'id',
  agent_block: "agent_id || ' ' || block_id",
  agent_archive: "agent_id || ' ' || archive_id",
}

export async function damageRounds(
  rounds: number,
  seed: number,
  report: (tally: DamageTally) => void = () => {},
): Promise<DamageTally> {
  const random = createRandom(seed)
  const directory = mkdtempSync(join(tmpdir(), 'recollect-damage-'))
  const tally: DamageTally = { rounds: 0, damaged: 0, rows: 0, hopeless: 0, violations: [] }
  try {
    const whole = await fill(join(directory, 'whole'))
    for (let round = 0; round < rounds; round += 1) {
      const home = join(directory, `round-${round}`)
      mkdirSync(home)
      const file = join(home, 'recollect.db')
      copyFileSync(whole, file)
      const done = damage(file, random)
      const wrong = (what: string) =>
        tally.violations.push(`round ${round} (seed ${seed}; ${done}): ${what}`)
      await oneRound(home, file, tally, random, wrong).catch((error: unknown) =>
        wrong(String(error)),
      )
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
  tally: DamageTally,
  random: Random,
  wrong: (what: string) => void,
): Promise<void> {
  const isDamaged = findsDamage(file)
  if (isDamaged) tally.damaged += 1
  const readable = readableRows(file)

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
  if (random.below(2) === 0) servers.push(await startRawServer(home))
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

function damage(file: string, random: Random): string {
  const pages = statSync(file).size / PAGE_BYTES
  const count = 1 + random.below(50)
  const opened = openSync(file, 'r+')
  const kinds = new Set<string>()
  for (let hit = 0; hit < count; hit += 1) {
    const at = random.below(pages) * PAGE_BYTES
    const kind = ['noise', 'zeros', 'letters', 'a run of noise'][random.below(4)] ?? ''
    kinds.add(kind)
    if (kind === 'noise') writeSync(opened, random.bytes(PAGE_BYTES), 0, PAGE_BYTES, at)
    else if (kind === 'zeros') writeSync(opened, Buffer.alloc(PAGE_BYTES), 0, PAGE_BYTES, at)
    else if (kind === 'letters')
      writeSync(opened, Buffer.alloc(PAGE_BYTES, 0x5a), 0, PAGE_BYTES, at)
    else writeSync(opened, random.bytes(200), 0, 200, at + random.below(PAGE_BYTES - 200))
  }
  closeSync(opened)
  if (random.below(20) === 0) {
    truncateSync(file, (1 + random.below(pages - 1)) * PAGE_BYTES - random.below(2) * 100)
    kinds.add('cut')
  }
  return `${count} pages, ${[...kinds].join(', ')}`
}

function findsDamage(file: string): boolean {
  try {
    return lookAt(file, (handle) => handle.pragma('integrity_check', { simple: true }) !== 'ok')
  } catch {
    return true
  }
}

/** One row after the other by its number, whatever is wrong with the others. */
function readableRows(file: string): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  try {
    lookAt(file, (handle) => {
      handle.pragma('writable_schema = ON')
      for (const table of TABLES) {
        const keys = new Set<string>()
        found.set(table, keys)
        try {
          const row = handle.prepare(
            `SELECT *, ${KEYS[table]} AS "~key" FROM ${table} NOT INDEXED WHERE rowid = ?`,
          )
          for (let number = 1; number <= MAX_ROWS; number += 1) {
            try {
              const read = row.get(number) as Record<string, unknown> | undefined
              if (read && typeof read['~key'] === 'string') keys.add(read['~key'])
            } catch {
              // That one can't be read.
            }
          }
        } catch {
          // Nor can the table.
        }
      }
    })
  } catch {
    // SQLite does not take it for a database.
  }
  return found
}

/** Far more than there are. */
const MAX_ROWS = 2_000

/** Looks at a copy, because SQLite may write files beside it. */
function lookAt<T>(file: string, look: (handle: DatabaseHandle.Database) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'recollect-look-'))
  const copy = join(directory, 'copy.db')
  copyFileSync(file, copy)
  try {
    const handle = new DatabaseHandle(copy)
    try {
      return look(handle)
    } finally {
      handle.close()
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
