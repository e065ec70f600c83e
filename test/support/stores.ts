import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Agent, DEFAULT_CONTEXT_WINDOW } from '../../src/core/agent.ts'
import { DEFAULT_SETTINGS } from '../../src/core/agent-settings.ts'
import type { Block } from '../../src/core/block.ts'
import { type Timestamp, toTimestamp } from '../../src/core/clock.ts'
import { type AgentId, type ArchiveId, newId } from '../../src/core/ids.ts'
import type { MessageBody } from '../../src/core/message.ts'
import type {
  ArchiveWrites,
  InsertedPassage,
  NewMessage,
  NewPassage,
  NewRun,
  Store,
  Transaction,
  VersionNote,
} from '../../src/storage/port/store.ts'
import { openSqlite } from '../../src/storage/sqlite/open.ts'
import { TEST_SERVER, type TestStorage } from './own-database.ts'
import { openOwnPostgresTestStorage } from './postgres-stores.ts'

let empty: Promise<Buffer> | undefined

/** Migrated once, for all tests of a file. */
async function emptyDatabase(): Promise<Buffer> {
  const directory = await mkdtemp(join(tmpdir(), 'recollect-empty-'))
  const path = join(directory, 'recollect.db')
  await (await openSqlite(path)).close()
  const content = await readFile(path)
  await rm(directory, { recursive: true })
  return content
}

/** Whatever the tests run on. */
export function openTestStorage(): Promise<TestStorage> {
  return TEST_SERVER === undefined ? openSqliteTestStorage() : openOwnPostgresTestStorage()
}

/** SQLite in a directory that goes with it. */
export async function openSqliteTestStorage(): Promise<TestStorage> {
  const directory = await mkdtemp(join(tmpdir(), 'recollect-store-'))
  const path = join(directory, 'recollect.db')
  empty ??= emptyDatabase()
  await writeFile(path, await empty, { mode: 0o600 })
  const storage = await openSqlite(path)
  return {
    storage,
    async close() {
      await storage.close()
      await rm(directory, { recursive: true })
    },
  }
}

const NOON = Date.UTC(2026, 2, 31, 12)

/** So many seconds after noon of an ordinary day. */
export function at(seconds = 0): Timestamp {
  return toTimestamp(NOON + seconds * 1_000)
}

export const byClient: VersionNote = { author: { kind: 'client' }, at: at() }

export function someAgent(fields: Partial<Agent> = {}): Agent {
  return {
    id: newId('agent'),
    name: 'Ada',
    description: '',
    agentType: 'memgpt_agent',
    model: null,
    embedding: null,
    contextWindow: DEFAULT_CONTEXT_WINDOW,
    system: null,
    tags: [],
    tools: [],
    settings: DEFAULT_SETTINGS,
    toolRules: [],
    createdAt: at(),
    updatedAt: at(),
    ...fields,
  }
}

export function someBlock(fields: Partial<Block> = {}) {
  const { id, label, value, description, limit, readOnly } = {
    id: newId('block'),
    label: 'human',
    value: 'Likes tea.',
    description: '',
    limit: 5_000,
    readOnly: false,
    ...fields,
  }
  return { id, label, value, description, limit, readOnly }
}

export function someRun(agentId: AgentId, fields: Partial<NewRun> = {}): NewRun {
  return {
    id: newId('run'),
    agentId,
    input: 'Hello',
    idempotencyKey: null,
    maxSteps: 50,
    acceptedBy: 'me',
    createdAt: at(),
    ...fields,
  }
}

type NewArchive = Parameters<ArchiveWrites['create']>[0]

export function someArchive(fields: Partial<NewArchive> = {}): NewArchive {
  return { id: newId('archive'), name: '', description: '', createdAt: at(), ...fields }
}

export function somePassage(archiveId: ArchiveId, fields: Partial<NewPassage> = {}): NewPassage {
  return {
    id: newId('passage'),
    archiveId,
    text: 'The kettle is in the garden.',
    tags: [],
    source: '',
    createdAt: at(),
    ...fields,
  }
}

export function someMessage(fields: Partial<NewMessage> & { body: MessageBody }): NewMessage {
  return { id: newId('message'), runId: null, tokens: 1, createdAt: at(), ...fields }
}

export function userSays(text: string, fields: Partial<NewMessage> = {}): NewMessage {
  return someMessage({ body: { role: 'user', text }, ...fields })
}

export function assistantSays(text: string, fields: Partial<NewMessage> = {}): NewMessage {
  const said = text === '' ? [] : [text]
  return someMessage({
    body: { role: 'assistant', text: '', reasoning: '', toolCalls: [], said },
    ...fields,
  })
}

export function callResult(text: string): NewMessage {
  return someMessage({
    body: { role: 'tool', callId: newId('call'), toolName: 'x', status: 'success', text },
  })
}

export async function insertAgent(store: Store, fields: Partial<Agent> = {}): Promise<Agent> {
  const agent = someAgent(fields)
  await store.transaction((tx) => tx.agents.insert(agent))
  return agent
}

/** A block that these agents have. */
export async function insertBlock(
  store: Store,
  agents: readonly Pick<Agent, 'id'>[],
  fields: Partial<Block> = {},
): Promise<Block> {
  return store.transaction(async (tx) => {
    const block = await tx.blocks.insert(someBlock(fields), byClient)
    for (const { id } of agents) await tx.blocks.attach(id, block, at())
    return block
  })
}

export async function insertArchive(
  store: Store,
  agentId: AgentId,
  fields: Partial<NewArchive> = {},
): Promise<ArchiveId> {
  const archive = someArchive(fields)
  await store.transaction((tx) => giveArchive(tx, agentId, archive))
  return archive.id
}

/** A new archive, as the default of the agent. */
export async function giveArchive(
  tx: Transaction,
  agentId: AgentId,
  archive: NewArchive,
): Promise<void> {
  await tx.archives.create(archive)
  await tx.archives.attach(agentId, archive.id, true, at())
}

export async function insertPassages(
  store: Store,
  archiveId: ArchiveId,
  passages: readonly Partial<NewPassage>[],
): Promise<readonly InsertedPassage[]> {
  const all = passages.map((fields) => somePassage(archiveId, fields))
  return store.transaction((tx) => tx.passages.insert(all, at()))
}

export async function insertRun(
  store: Store,
  agentId: AgentId,
  fields: Partial<NewRun> = {},
): Promise<NewRun> {
  const run = someRun(agentId, fields)
  await store.transaction((tx) => tx.runs.insert(run))
  return run
}

/** Numbers from 0 to 1 that are the same at every run of the tests. */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Choices made with the numbers of `random`. */
export function chooser(random: () => number) {
  const below = (end: number) => Math.floor(random() * end)
  function oneOf<T>(choices: readonly T[]): T {
    const choice = choices[below(choices.length)]
    if (choice === undefined) throw new Error('there is nothing to choose from')
    return choice
  }
  const text = (pieces: readonly string[], most: number) =>
    Array.from({ length: below(most + 1) }, () => oneOf(pieces)).join('')
  return { below, oneOf, text }
}
