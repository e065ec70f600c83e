import type { Block } from '../core/block.ts'
import type { Clock } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import type { AgentId } from '../core/ids.ts'
import type { JobError } from '../core/job.ts'
import { LIMITS } from '../core/limits.ts'
import { describeError, type Log } from '../core/log.ts'
import { excerpt } from '../core/text.ts'
import { type JobEnd, type JobHandler, type JobWork, LostLease } from '../jobs/job-handler.ts'
import type { CheckRoom } from '../memory/blocks.ts'
import type { Transaction } from '../storage/port/store.ts'
import { nextValue } from './next-value.ts'
import {
  describeOrigin,
  readSyncRequest,
  readSyncState,
  type SyncRequest,
  type SyncState,
} from './sync-request.ts'

const MINUTE = 60_000
/**
 * Pauses between looks that fail double from a minute up to an hour, or to the usual pause if that is longer. Chosen by
 * hand.
 */
const LONGEST_RETRY_MINUTES = 60

/** The text of an origin; what the tool writes besides is written in the same transaction. */
export type Found = (tx: Transaction) => Promise<string>

export interface SyncTools {
  readonly clock: Clock
  readonly log: Log
  /** Throws UserError. */
  fetchText(url: string, signal: AbortSignal): Promise<string>
  /** Calls a tool of the agent. Throws UserError. */
  callTool(
    namespace: string,
    agentId: AgentId,
    call: { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> },
    signal: AbortSignal,
  ): Promise<Found>
  checkRoom(namespace: string): CheckRoom
}

/** Keeps a block in step with its origin: it looks, writes what has changed, and goes on at the next time. */
export function createSyncHandler(tools: SyncTools): JobHandler {
  const { clock, log } = tools
  return {
    async run(work, signal) {
      const request = readSyncRequest(work.job.input)
      const state = readSyncState(work.job.state)
      try {
        return await look(tools, work, request, state, signal)
      } catch (error) {
        if (signal.aborted || error instanceof LostLease) throw error
        if (!(error instanceof UserError))
          log('warn', 'a block could not be synced', { error: describeError(error) })
        const failures = state.failures + 1
        const kept = { ...state, failures }
        await work.save(async () => undefined, { state: JSON.stringify(kept) })
        const minutes = retryMinutes(failures, request.everyMinutes)
        return { kind: 'later', at: clock() + minutes * MINUTE, error: toError(error) }
      }
    },
  }
}

/** Pause before the next look after so many failures. Pure. */
export function retryMinutes(failures: number, everyMinutes: number): number {
  return Math.min(2 ** (failures - 1), Math.max(everyMinutes, LONGEST_RETRY_MINUTES))
}

function toError(error: unknown): JobError {
  if (error instanceof UserError) return { code: error.code, message: error.message }
  return {
    code: 'internal',
    message: 'An unexpected error happened; the log of the server says more. It is tried again.',
  }
}

async function look(
  tools: SyncTools,
  work: JobWork,
  { label, from, everyMinutes }: SyncRequest,
  state: SyncState,
  signal: AbortSignal,
): Promise<JobEnd> {
  const { agentId } = work.job
  if (agentId === null) throw new Error('a block is of an agent')
  const found: Found =
    from.kind === 'tool'
      ? await tools.callTool(work.namespace, agentId, from, signal)
      : await tools.fetchText(from.url, signal).then((text) => async () => text)
  signal.throwIfAborted()
  const origin = describeOrigin(from)
  const checkRoom = tools.checkRoom(work.namespace)
  const { told } = await work.save(
    async (tx, at) => {
      const text = await found(tx)
      const block = await tx.blocks.find(agentId, label)
      if (!block) return { told: null, state }
      const next = nextValue(block, text, state)
      if (next.kind !== 'write')
        return { told: next.kind === 'edited' ? stays(block, origin) : '', state: next.state }
      const over = next.overEdit ? await describeVersion(tx, block) : undefined
      const note = { author: { kind: 'import' }, at, reason: reasonOf(origin, over) } as const
      const written = await tx.blocks.update(block, { value: next.value }, note)
      if (written.value.length > block.value.length) await checkRoom(tx, block.id)
      return { told: over === undefined ? '' : replaced(written, over, origin), state: next.state }
    },
    (result) => ({ done: work.job.done + 1, state: JSON.stringify(result.state) }),
  )
  if (told === null) {
    const report = `The agent has no block ${label} any more, so nothing keeps it in step.`
    return { kind: 'done', report }
  }
  const at = tools.clock() + everyMinutes * MINUTE
  return { kind: 'later', at, ...(told !== '' && { error: { code: 'conflict', message: told } }) }
}

/** The current version, which did not come from the origin. */
async function describeVersion(tx: Transaction, block: Block): Promise<string> {
  const { items } = await tx.blocks.versions(block.id, { limit: 1 })
  const by = items[0]?.author.kind
  return `version ${block.version}${by === undefined ? '' : `, by ${by}`}`
}

function reasonOf(origin: string, over: string | undefined): string {
  const edit = over === undefined ? '' : `Replaced an edit (${over}). `
  return excerpt(`${edit}In step with ${origin}`, LIMITS.reason - 1)
}

const replaced = ({ label, version }: Block, over: string, origin: string) =>
  `${origin} has changed, and its text replaced an edit of ${label} (${over}) in version ${version}. restore_memory_block brings the edit back.`

const stays = ({ label, version }: Block, origin: string) =>
  `${label} was edited since (version ${version}). The edit stays until ${origin} changes.`
