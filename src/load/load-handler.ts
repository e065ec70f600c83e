import { type Clock, toTimestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import type { AgentId } from '../core/ids.ts'
import type { GuardedFetch } from '../fetch/guarded-fetch.ts'
import type { JobHandler, JobWork } from '../jobs/job-handler.ts'
import type { Batch, ParsedBlock } from './batch.ts'
import { type LoadRequest, readLoadRequest } from './load-request.ts'
import { describeLoad, type LoadState, leaveOut, readState } from './load-state.ts'
import { type OpenedFile, type OriginFile, openOrigin } from './open-origin.ts'
import { createParser, type Parser } from './parser.ts'
import { Refused } from './refused.ts'
import { countBatch, storeBatch } from './store-batch.ts'

export interface LoadTools {
  readonly fetch: GuardedFetch
  readonly clock: Clock
  /** Writes a block as `write_memory_block` does. Throws UserError. */
  readonly writeBlock: (
    namespace: string,
    agentId: AgentId,
    block: ParsedBlock & { readonly source: string },
  ) => Promise<void>
}

/**
 * Loads files, pages and texts. Files come in a fixed order and are parsed into the same batches each time, so the state
 * says exactly what is stored: a load that was killed goes on with the next batch.
 */
export function createLoadHandler(tools: LoadTools): JobHandler {
  return {
    async run(work, signal) {
      const request = readLoadRequest(work.job.input)
      const parser = createParser()
      try {
        const state = await loadAll({ ...tools, work, request, parser, signal })
        return { kind: 'done', report: describeLoad(state, request.dryRun) }
      } finally {
        await parser.close()
      }
    },
  }
}

interface Loading extends LoadTools {
  readonly work: JobWork
  readonly request: LoadRequest
  readonly parser: Parser
  readonly signal: AbortSignal
}

async function loadAll(loading: Loading): Promise<LoadState> {
  const { work, request, fetch, signal } = loading
  let state = readState(work.job.state)
  let number = 0
  for await (const file of openOrigin(request, fetch, signal)) {
    signal.throwIfAborted()
    number += 1
    if (file.key <= state.after) continue
    state = await loadFile(loading, file, state)
    // A file that was refused leaves only its note.
    state = { ...state, after: file.key, batches: 0 }
    await keep(loading, state, number)
  }
  if (request.from.kind !== 'path' && state.leftOut > 0 && state.files === 0)
    throw new UserError('invalid_argument', state.notes[0] ?? 'Nothing could be read.')
  return state
}

function keep({ work, request }: Loading, state: LoadState, done: number): Promise<void> {
  const progress = { done, state: JSON.stringify(state) }
  // A plan is made anew when it is interrupted.
  return work.save(async () => undefined, request.dryRun ? { done } : progress)
}

async function loadFile(loading: Loading, file: OriginFile, before: LoadState): Promise<LoadState> {
  const { parser, request, signal } = loading
  let state = before
  const opened = await file.open()
  if ('skipped' in opened) return leaveOut(state, `${file.source}: ${opened.skipped}`)
  try {
    let number = 0
    const { content, name, mediaType } = opened
    const kind = mediaType === undefined ? {} : { mediaType }
    const task = { content, name, into: request.into, ...kind }
    for await (const batch of parser.parse(task, signal)) {
      number += 1
      if (number <= before.batches) continue
      state = await takeBatch(loading, file, opened, batch, { ...state, batches: number })
    }
    return { ...state, files: state.files + 1 }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return leaveOut(state, `${file.source}: ${error.message}`)
  } finally {
    await opened.close()
  }
}

async function takeBatch(
  { work, request, clock, writeBlock }: Loading,
  { source }: OriginFile,
  { changedAt }: OpenedFile,
  batch: Batch,
  state: LoadState,
): Promise<LoadState> {
  const { agentId } = work.job
  if (agentId === null) throw new Error('a load is for an agent')
  if (request.dryRun) return countBatch(batch, source, state)
  if (batch.kind === 'block') {
    try {
      await writeBlock(work.namespace, agentId, { ...batch, source })
      return { ...state, blocks: state.blocks + 1 }
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      return leaveOut(state, `${source}: ${error.message}`)
    }
  }
  const target = { agentId, source, createdAt: toTimestamp(changedAt ?? clock()) }
  return work.save(
    (tx, at) => storeBatch(tx, batch, target, state, at),
    (stored) => ({ state: JSON.stringify(stored) }),
  )
}
