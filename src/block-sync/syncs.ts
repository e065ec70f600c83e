import { createHash } from 'node:crypto'
import type { Agent } from '../core/agent.ts'
import { type Clock, toTimestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import { type AgentId, type JobId, newId } from '../core/ids.ts'
import type { Job } from '../core/job.ts'
import { allOf } from '../core/page.ts'
import { waitForJob } from '../jobs/wait-for-job.ts'
import { addBlock, findBlock, sharedBlock } from '../memory/blocks.ts'
import { checkLabel } from '../memory/edit-block.ts'
import { findAgent } from '../memory/find-agent.ts'
import type { BlockSync, SyncPort } from '../service/sync-port.ts'
import type { Reads, Store } from '../storage/port/store.ts'
import {
  describeOrigin,
  readSyncRequest,
  readSyncState,
  SYNC_JOB,
  type SyncOrigin,
  type SyncRequest,
} from './sync-request.ts'

/** Blocks of one agent that are kept in step. Chosen by hand. */
const MAX_SYNCS = 50
/** The caller waits so long for the first look. Chosen by hand. */
const FIRST_LOOK_MILLISECONDS = 10_000

export interface SyncsOptions {
  readonly store: Store
  readonly clock: Clock
  /** Throws a UserError for an address that this server may not fetch. */
  readonly checkUrl: (url: string) => void
  /** The tool's name. Throws a UserError if the agent can't call it so without a person. */
  readonly checkTool: (
    agent: Agent,
    reference: string,
    args: Readonly<Record<string, unknown>>,
  ) => Promise<string>
}

/** Blocks kept in step with outside systems, in one namespace. The work is done by `createSyncHandler`. */
export function createSyncs({ store, clock, checkUrl, checkTool }: SyncsOptions): SyncPort {
  async function originOf(
    agent: Agent,
    { url, tool, arguments: args = {} }: BlockSync,
  ): Promise<SyncOrigin> {
    if (url !== undefined && tool === undefined) {
      checkUrl(url)
      return { kind: 'url', url }
    }
    if (url === undefined && tool !== undefined)
      return { kind: 'tool', name: await checkTool(agent, tool, args), arguments: args }
    throw new UserError(
      'invalid_argument',
      'Give either url or tool: where the text of the block comes from. Nothing was changed.',
    )
  }

  const read = async (agentId: AgentId, label: string) =>
    sharedBlock(store, agentId, await findBlock(store, agentId, label))

  async function stop(agentId: AgentId, label: string) {
    const block = await read(agentId, label)
    const at = toTimestamp(clock())
    await store.transaction(async (tx) => {
      for (const { id } of await openSyncs(tx, agentId, label)) await tx.jobs.requestCancel(id, at)
    })
    return { block }
  }

  async function begin(agentId: AgentId, request: SyncRequest): Promise<Begun> {
    const at = toTimestamp(clock())
    const input = JSON.stringify(request)
    const key = createHash('sha256').update(`${agentId} ${input}`).digest('hex')
    const { label } = request
    const origin = describeOrigin(request.from)
    return store.transaction(async (tx) => {
      // It locks the agent, so that a block gets one source.
      await findAgent(tx.agents, agentId)
      const open = await openSyncs(tx, agentId)
      const earlier = open.filter((job) => readSyncRequest(job.input).label === label)
      const same = earlier.find((job) => job.input === input)
      for (const { id } of earlier) if (id !== same?.id) await tx.jobs.requestCancel(id, at)
      if (!same && open.length - earlier.length >= MAX_SYNCS) {
        throw new UserError(
          'limit_exceeded',
          `The agent has ${MAX_SYNCS} blocks that are kept in step, which is the most. Stop one first (every_minutes 0).`,
        )
      }
      if (!(await tx.blocks.find(agentId, label))) {
        const note = { author: { kind: 'client' }, at } as const
        const fields = { label, value: '', description: `From ${origin}` }
        await addBlock(tx, agentId, fields, note)
      }
      if (same) {
        await tx.jobs.wake(same.id, at)
        return { id: same.id, looks: looksOf(same) }
      }
      const title = `Keep the block ${label} in step with ${origin}`
      const job = { id: newId('job'), kind: SYNC_JOB, agentId, title, input, key, createdAt: at }
      await tx.jobs.insert(job)
      return { id: job.id, looks: '' }
    })
  }

  return {
    async sync(given) {
      checkLabel(given.label)
      const agent = await findAgent(store.agents, given.agent)
      if (given.everyMinutes === 0) return stop(agent.id, given.label)
      const from = await originOf(agent, given)
      const { label, everyMinutes } = given
      const begun = await begin(agent.id, { label, from, everyMinutes })
      const job = await waitForJob(
        store,
        begun.id,
        FIRST_LOOK_MILLISECONDS,
        (one) => looksOf(one) !== begun.looks,
      )
      return { block: await read(agent.id, label), job }
    },
  }
}

interface Begun {
  readonly id: JobId
  /** Its looks before. */
  readonly looks: string
}

/** Changes with every look. */
const looksOf = ({ done, state }: Pick<Job, 'done' | 'state'>) =>
  state === null ? '' : `${done} ${readSyncState(state).failures}`

/** Open jobs that keep blocks of the agent in step. */
async function openSyncs(
  reads: Pick<Reads, 'jobs'>,
  agentId: AgentId,
  label?: string,
): Promise<readonly Job[]> {
  const jobs = await allOf((page) => reads.jobs.list({ ...page, agentId, kind: SYNC_JOB }))
  const found = jobs.filter(({ completedAt }) => completedAt === null)
  return label === undefined
    ? found
    : found.filter(({ input }) => readSyncRequest(input).label === label)
}
