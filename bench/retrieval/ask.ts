import { performance } from 'node:perf_hooks'
import { BINARY, environment, startStdioClient } from '../support.ts'
import type { Conversation, Question } from './data-set.ts'
import { loadExport } from './load-export.ts'
import type { Ranking } from './measures.ts'
import { passagesEmbedded } from './passages-embedded.ts'
import { type Remembered, rememberPassages, seedMessages } from './remember.ts'
import { RIVALS, type Rival } from './rivals.ts'

export interface Asked extends Question {
  readonly conversation: string
  /** By the name of who searched. */
  readonly rankings: Readonly<Record<string, Ranking>>
}

export const OURS = 'Recollect'

const DEPTH = 20
/** The limit a client gets that names none: tokens and times are counted at this limit. */
const USUAL_LIMIT = 10

export interface Settings {
  /** Handle of the model that embeds the passages; undefined: none. */
  readonly embedding?: string | undefined
  /** The address of an empty PostgreSQL database; undefined: the file of `home`. */
  readonly database?: string | undefined
  /** The server loads each conversation from an export. */
  readonly loaded?: boolean | undefined
}

/** Every question of every conversation, to the server over the database and to the rivals. */
export async function askAll(
  home: string,
  conversations: readonly Conversation[],
  tool: 'search_archival' | 'search_conversation',
  { embedding, database, loaded }: Settings,
): Promise<readonly Asked[]> {
  const env = environment(home, {
    ...(loaded && { RECOLLECT_TOOLSETS: 'core,transfer' }),
    ...(embedding !== undefined && { RECOLLECT_EMBEDDING: embedding }),
    ...(database !== undefined && { RECOLLECT_DATABASE_URL: database }),
  })
  const seeded =
    tool === 'search_conversation' && !loaded
      ? await seedMessages(env.RECOLLECT_HOME ?? home, conversations)
      : undefined
  const client = startStdioClient([process.execPath, BINARY, 'stdio'], env)
  try {
    await client.initialize()
    const asked: Asked[] = []
    for (const [index, conversation] of conversations.entries()) {
      const remembered = loaded
        ? await loadExport(client, conversation, tool)
        : (seeded?.[index]?.(client) ?? (await rememberPassages(client, conversation)))
      if (embedding !== undefined) await passagesEmbedded(env.RECOLLECT_HOME ?? home)
      asked.push(...(await askConversation(conversation, remembered)))
      if (process.stderr.isTTY) process.stderr.write(`\r${index + 1} of ${conversations.length} `)
    }
    return asked
  } finally {
    await client.stop()
  }
}

async function askConversation(
  { name, sessions, questions }: Conversation,
  remembered: Remembered,
): Promise<readonly Asked[]> {
  const turns = sessions.flatMap((session) => session.turns)
  const rivals: { readonly rival: string; readonly search: Rival }[] = []
  for (const [rival, open] of Object.entries(RIVALS))
    rivals.push({ rival, search: await open(turns) })
  const asked: Asked[] = []
  for (const question of questions) {
    const { text, evidence } = question
    const usual = await remembered.search(text, USUAL_LIMIT)
    const { found } = await remembered.search(text, DEPTH)
    const rankings: Record<string, Ranking> = {
      [OURS]: { ...usual, found, evidence: evidence.map(remembered.foundAs) },
    }
    for (const { rival, search } of rivals) {
      const start = performance.now()
      const ids = await search(text, DEPTH)
      rankings[rival] = { found: ids, evidence, milliseconds: performance.now() - start }
    }
    asked.push({ ...question, conversation: name, rankings })
  }
  return asked
}
