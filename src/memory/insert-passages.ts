import { type Timestamp, toTimestamp } from '../core/clock.ts'
import { parseMoment } from '../core/dates.ts'
import { UserError } from '../core/errors.ts'
import { type AgentId, type ArchiveId, isId, newId, type PassageId } from '../core/ids.ts'
import { checkCount, checkLength, isLonger, LIMITS, overLimit } from '../core/limits.ts'
import type { Passage } from '../core/passage.ts'
import { cleanText, countCharacters, normalText } from '../core/text.ts'
import type { InsertedPassage, NewPassage, Transaction } from '../storage/port/store.ts'
import { defaultArchive, ownArchive } from './archives.ts'
import { checkTags } from './check-tags.ts'

export interface InsertOptions {
  readonly tags?: readonly string[] | undefined
  readonly source?: string | undefined
  readonly createdAt?: string | undefined
  readonly expiresAt?: string | undefined
}

/** Passages without archive, with ids and times prepared, so that the transaction only writes. */
export type PreparedPassage = Omit<NewPassage, 'archiveId'>

export function preparePassages(
  texts: readonly string[],
  options: InsertOptions,
  now: number,
): readonly PreparedPassage[] {
  const createdAt =
    options.createdAt === undefined
      ? toTimestamp(now)
      : parseMoment('created_at', options.createdAt)
  const expiresAt =
    options.expiresAt === undefined ? null : parseMoment('expires_at', options.expiresAt, 'end')
  checkTags(options.tags ?? [])
  const tags = cleanTags(options.tags ?? [])
  checkCount('The list of texts', texts, LIMITS.passages)
  checkLength('The source', options.source ?? '', LIMITS.source)
  checkTogether(texts)
  return texts.map((text, index) => {
    const clean = cleanText(text)
    const where =
      texts.length > 1 ? ` (text ${index + 1} of ${texts.length}; nothing was stored)` : ''
    if (clean.trim() === '') {
      throw new UserError(
        'invalid_argument',
        `There is no text to store${where}. Give the words to remember.`,
      )
    }
    // Longer texts are documents: split into passages they are found better.
    if (isLonger(clean, LIMITS.passage)) {
      throw new UserError(
        'limit_exceeded',
        `A passage holds at most ${LIMITS.passage} characters and this text has ${countCharacters(clean)}${where}. Cut it into paragraphs and insert them with the same source.`,
      )
    }
    return {
      id: newId('passage'),
      text: clean,
      tags,
      source: normalText(options.source ?? ''),
      createdAt,
      expiresAt,
    }
  })
}

/** One insert is indexed in one piece and blocks this process meanwhile, so its total size is limited. */
function checkTogether(texts: readonly string[]): void {
  const size = texts.reduce((sum, text) => sum + text.length, 0)
  if (texts.length > 1 && size > LIMITS.insert)
    throw overLimit('The texts together', 'characters', LIMITS.insert, size)
}

/** Tags in the form in which they are stored and searched. */
export function cleanTags(tags: readonly string[]): readonly string[] {
  return [...new Set(tags.map((tag) => normalText(tag.trim())).filter((tag) => tag !== ''))].sort()
}

export interface Place {
  /** An archive attached to the agent; absent: its default. */
  readonly archiveId?: string | undefined
  /** Id of a passage that the single new passage replaces. It is kept and linked to the new one. */
  readonly supersedes?: string | undefined
}

/** Inserts into the agent's default archive, created on first use, unless `place` names another. */
export async function insertPassages(
  tx: Transaction,
  agent: { readonly id: AgentId; readonly name: string },
  passages: readonly PreparedPassage[],
  { archiveId, supersedes }: Place,
  at: Timestamp,
): Promise<readonly InsertedPassage[]> {
  if (supersedes !== undefined && passages.length !== 1) {
    throw new UserError(
      'invalid_argument',
      `One passage supersedes another, and these are ${passages.length}; nothing was stored. Insert the one that does by itself.`,
    )
  }
  const given = archiveId === undefined ? undefined : (await ownArchive(tx, agent.id, archiveId)).id
  if (supersedes === undefined)
    return insert(tx, given ?? (await defaultArchive(tx, agent, at)), passages, at)

  const old = await findOwn(tx, agent.id, supersedes)
  if (given !== undefined && given !== old.archiveId) {
    throw new UserError(
      'invalid_argument',
      `The passage ${old.id} stands in the archive ${old.archiveId}, and what supersedes it belongs beside it. Leave archive_id out.`,
    )
  }
  // The new passage goes to the old one's archive, so that all agents that share it find the new one too.
  const inserted = await insert(tx, old.archiveId, passages, at)
  const [stored] = inserted
  // Read again: another agent may have superseded the passage before the archive was locked.
  if (stored) await supersede(tx, agent.id, await findOwn(tx, agent.id, old.id), stored.id, at)
  return inserted
}

function insert(
  tx: Transaction,
  archiveId: ArchiveId,
  passages: readonly PreparedPassage[],
  at: Timestamp,
): Promise<readonly InsertedPassage[]> {
  return tx.passages.insert(
    passages.map((passage) => ({ ...passage, archiveId })),
    at,
  )
}

async function supersede(
  tx: Transaction,
  agentId: AgentId,
  old: Passage,
  id: PassageId,
  at: Timestamp,
): Promise<void> {
  if (old.id === id) {
    throw new UserError(
      'conflict',
      `The passage ${id} says the same already; nothing was changed. Omit supersedes, or give the text that is true now.`,
    )
  }
  // A repeated call finds its work done.
  if (old.supersededBy === id) return
  if (old.supersededBy !== null) {
    throw new UserError(
      'conflict',
      `The passage ${old.id} was superseded by ${old.supersededBy} already; nothing was stored. Supersede that one, or leave supersedes out.`,
    )
  }
  await tx.passages.supersede(agentId, old.id, id, at)
}

/** The passage with that id, if one of the agent's archives contains it. */
async function findOwn(tx: Transaction, agentId: AgentId, passageId: string): Promise<Passage> {
  const [passage] = isId('passage', passageId)
    ? ((await tx.passages.around(agentId, passageId, 0)) ?? [])
    : []
  if (passage) return passage
  throw new UserError(
    'not_found',
    `The agent's archival memory has no passage ${passageId} to supersede; nothing was stored. Find its id by a search.`,
  )
}
