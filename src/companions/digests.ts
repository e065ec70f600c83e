import { createHash } from 'node:crypto'
import type { Agent } from '../core/agent.ts'
import { type Clock, type Timestamp, toTimestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import { type AgentId, type JobId, newId } from '../core/ids.ts'
import type { Job } from '../core/job.ts'
import { checkLength } from '../core/limits.ts'
import { cleanText, normalText } from '../core/text.ts'
import { PROMPTS } from '../generated/prompts.ts'
import type { ModelRegistry } from '../llm/model.ts'
import { addBlock } from '../memory/blocks.ts'
import { checkLabel } from '../memory/edit-block.ts'
import { findAgent } from '../memory/find-agent.ts'
import type { NewDigest } from '../service/companions-port.ts'
import type { Store, Transaction } from '../storage/port/store.ts'
import { companionOf, type Part, shareBlocks } from './companion.ts'
import { AT_START, type DigestRequest, readDigestState } from './digest-request.ts'

const DIGEST_JOB = 'digest'

/** Characters: the instruction stands beside every page. Chosen by hand. */
const MAX_INSTRUCTION = 2_000
/** Earlier jobs that are looked at for one to go on with. Chosen by hand. */
const MAX_EARLIER = 50

/** The reader of a source: it has one block, and must write it before its turn ends. */
export function digestPart(label: string): Part {
  return {
    kind: 'digest',
    key: label,
    description: `Reads sources page by page into the block ${label}.`,
    system: PROMPTS['system-digest'].trim(),
    tools: ['memory_rethink'],
    toolRules: [
      { type: 'required_before_exit', toolName: 'memory_rethink' },
      { type: 'exit_loop', toolName: 'memory_rethink' },
    ],
  }
}

export function createDigests(
  store: Store,
  models: Pick<ModelRegistry, 'checkSender'>,
  clock: Clock,
) {
  return {
    async digest({ agent, instruction = '', label, ...given }: NewDigest): Promise<Job> {
      checkLabel(label)
      checkLength('The instruction', instruction, MAX_INSTRUCTION)
      const source = normalText(given.source)
      const { id: agentId } = await findAgent(store.agents, agent)
      const at = toTimestamp(clock())
      const total = await store.passages.countInOrder(agentId, { source, after: 0, at })
      if (source === '' || total === 0) throw noSuchSource(given.source)
      const request = { source, label, instruction: cleanText(instruction) }
      const id = newId('job')
      return store.transaction(async (tx) => {
        const owner = await findAgent(tx.agents, agentId)
        models.checkSender(owner.model, { samples: false })
        return begin(tx, owner, request, { id, total, at })
      })
    },
  }
}

function noSuchSource(source: string): UserError {
  return new UserError(
    'not_found',
    `The agent's archival memory has no source ${JSON.stringify(source)}. Give the source of passages that it has: search_archival shows it, load and insert_archival store some.`,
  )
}

interface NewJobOf {
  readonly id: JobId
  /** Passages of the source. */
  readonly total: number
  readonly at: Timestamp
}

async function begin(
  tx: Transaction,
  owner: Agent,
  request: DigestRequest,
  { id, total, at }: NewJobOf,
): Promise<Job> {
  const { source, label } = request
  const isNew = await prepareBlock(tx, owner.id, request, at)
  const companion = await companionOf(tx, owner, digestPart(label), at)
  const block = await tx.blocks.find(owner.id, label)
  await shareBlocks(tx, companion.id, block ? [block] : [], at)
  const job = await tx.jobs.insert({
    ...{ id, kind: DIGEST_JOB, agentId: owner.id, total, createdAt: at },
    input: JSON.stringify(request),
    title: `Digest ${source} into the block ${label}`,
    // The same digest, asked for again while it is under way, is that digest.
    key: createHash('sha256').update(`${owner.id} ${source} ${label}`).digest('hex'),
  })
  if (job.id === id && !isNew) await goOnAfter(tx, job, at)
  return job
}

/** True: there was no such block, or nothing in it. */
async function prepareBlock(
  tx: Transaction,
  agentId: AgentId,
  { source, label }: DigestRequest,
  at: Timestamp,
): Promise<boolean> {
  const block = await tx.blocks.find(agentId, label)
  if (block?.readOnly) {
    throw new UserError(
      'read_only',
      `The block "${label}" is read-only, so no agent can write it. Give another label.`,
    )
  }
  if (block) return block.value === ''
  const description = `A digest of ${source}.`
  await addBlock(tx, agentId, { label, value: '', description }, { author: { kind: 'client' }, at })
  return true
}

/** A digest that failed or was cancelled goes on where it was, as long as its block is there. */
async function goOnAfter(tx: Transaction, job: Job, at: Timestamp): Promise<void> {
  if (job.agentId === null) return
  const filter = { agentId: job.agentId, kind: DIGEST_JOB, limit: MAX_EARLIER }
  const { items } = await tx.jobs.list(filter)
  const earlier = items.find(({ id, input }) => id !== job.id && input === job.input)
  if (!earlier || !['failed', 'cancelled'].includes(earlier.status)) return
  const { after, offset, pages, passages } = readDigestState(earlier.state)
  const state = { ...AT_START, after, offset, pages, passages }
  await tx.jobs.progress(job.id, { done: passages, state: JSON.stringify(state) }, at)
}
