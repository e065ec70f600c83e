import type { Scope } from '../../core/access.ts'
import { toTimestamp } from '../../core/clock.ts'
import { type ErrorCode, UserError } from '../../core/errors.ts'
import { type AgentId, newId } from '../../core/ids.ts'
import type { Run } from '../../core/run.ts'
import type { Reads } from '../../storage/port/store.ts'
import { acceptMessage } from '../inbox/accept-message.ts'
import { checkMessage } from '../inbox/check-message.ts'
import { TEMPLATE_TAG } from '../inbox/template-tag.ts'
import type { RunsOptions } from './runs-options.ts'

export interface Broadcast {
  readonly runs: readonly Run[]
  readonly failed: readonly {
    readonly agentId: AgentId
    readonly code: ErrorCode
    readonly message: string
  }[]
}

export interface BroadcastMessage {
  readonly tags: readonly string[]
  readonly matchAll: boolean
  readonly text: string
  /** Rights of the sender. */
  readonly scopes: readonly Scope[]
}

/** Agents that get the message in one transaction. Chosen by hand. */
const BATCH = 50
/** Agents per read. Chosen by hand. */
const PAGE = 100

/** Sends a message to every agent with all or some of the tags, oldest first; templates are left out. */
export async function broadcast(
  { store, models, clock, owner, wake }: RunsOptions,
  { tags, matchAll, text, scopes }: BroadcastMessage,
): Promise<Broadcast> {
  const clean = checkMessage(text)
  const agents = await agentsWith(store, tags, matchAll)
  if (agents.length === 0) {
    throw new UserError(
      'not_found',
      `No agent has ${matchAll ? 'all' : 'any'} of these tags; nothing was sent. list_agents shows tags.`,
    )
  }
  const at = toTimestamp(clock())
  const runs: Run[] = []
  const failed: Broadcast['failed'][number][] = []
  for (let start = 0; start < agents.length; start += BATCH) {
    const batch = agents.slice(start, start + BATCH).map((agent) => ({ agent, id: newId('run') }))
    const sent = await store.transaction(async (tx) => {
      const accepted: Run[] = []
      const refused: typeof failed = []
      for (const { agent, id } of batch) {
        try {
          const message = { agent, text: clean, scopes }
          accepted.push(await acceptMessage(tx, models, message, { id, acceptedBy: owner, at }))
        } catch (error) {
          if (!(error instanceof UserError)) throw error
          refused.push({ agentId: agent, code: error.code, message: error.message })
        }
      }
      return { accepted, refused }
    })
    runs.push(...sent.accepted)
    failed.push(...sent.refused)
    wake()
  }
  return { runs, failed }
}

async function agentsWith(
  { agents }: Pick<Reads, 'agents'>,
  tags: readonly string[],
  matchAll: boolean,
): Promise<readonly AgentId[]> {
  const found = new Set<AgentId>()
  for (const wanted of matchAll ? [tags] : tags.map((tag) => [tag])) {
    let cursor: string | undefined
    do {
      const page = await agents.list({ tags: wanted, limit: PAGE, cursor })
      for (const { id, tags: own } of page.items) if (!own.includes(TEMPLATE_TAG)) found.add(id)
      cursor = page.nextCursor
    } while (cursor !== undefined)
  }
  return [...found].reverse()
}
