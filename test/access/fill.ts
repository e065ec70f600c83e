import { expect, vi } from 'vitest'
import type { Connection } from '../support/connect.ts'
import { echo } from '../tools/sources.ts'

/** The content of a namespace, as its own clients see it. */
export interface Filled {
  readonly agent: string
  /** The same in every namespace. */
  readonly agentName: string
  /** Has a name that stands in no other namespace. */
  readonly second: string
  readonly secondName: string
  readonly block: string
  readonly tool: string
  readonly archive: string
  readonly passage: string
  readonly run: string
  readonly message: string
  /** Waits for approval. */
  readonly asking: string
  readonly call: string
  readonly job: string
  /** The agent as a file. */
  readonly file: string
  /** Begins every word that no other namespace holds. */
  readonly canary: string
}

const PATIENCE = { timeout: 30_000, interval: 20 }

/**
 * The same things with the same names under a namespace, but for words that begin with `canary`. The agents need the
 * rehearsal model; `model` names it where it is not the default.
 */
export async function fill(client: Connection, canary: string, model?: string): Promise<Filled> {
  const ask = async (tool: string, args: object) => {
    const { isError, text, data } = await client.call(tool, args)
    expect(isError, `${tool}: ${text}`).toBe(false)
    return data
  }
  const { agent } = await ask('create_agent', {
    name: 'Ada',
    model,
    description: `Looks after the garden. ${canary}description`,
    human: `Likes tea. ${canary}human`,
    persona: `Is patient. ${canary}persona`,
    tags: ['team', `${canary}tag`],
  })
  const secondName = `${canary}name`
  const second = (await ask('create_agent', { name: secondName, model, human: 'Likes tea.' })).agent
    .id
  const { block } = await ask('create_block', { label: 'plans', value: `Plans: ${canary}plan` })
  for (const id of [agent.id, second]) {
    await ask('attach_block', { agent: id, block_id: block.id })
  }
  const source = echo(`echo_${canary}`, `Says it again. ${canary}doc`)
  const { tool } = await ask('create_tool', { source, tags: [`${canary}tooltag`] })
  await ask('attach_tool', { agent: agent.id, tool: tool.id })
  const { archive } = await ask('create_archive', { name: `${canary}archive`, agent: agent.id })
  await ask('append_to_memory_block', {
    agent: agent.id,
    label: 'human',
    text: `Has a ${canary}pet.`,
  })
  const { passages } = await ask('insert_archival', {
    agent: agent.id,
    texts: [
      `The kettle is in the garden shed, ${canary}shed.`,
      'The kettle is in the garden.',
      `The boat leaves at ${canary}noon.`,
    ],
    tags: ['place', `${canary}place`],
    source: `${canary}source`,
  })
  const run = await ask('send_message', {
    agent: agent.id,
    message: `Remember that the ${canary}key is under the mat`,
    wait_seconds: 30,
    idempotency_key: 'once',
  })
  expect(run.status).toBe('completed')
  const { messages } = await ask('search_conversation', { agent: agent.id, limit: 1 })
  await ask('update_agent', {
    agent: second,
    tool_rules: [{ type: 'requires_approval', tool_name: 'archival_memory_insert' }],
  })
  const asking = await ask('send_message', {
    agent: second,
    message: `Remember that the ${canary}lock is old`,
    wait_seconds: 30,
  })
  expect(asking.status).toBe('requires_approval')
  const { job } = await ask('load', {
    agent: agent.id,
    text: `A paper about the ${canary}pond.`,
    name: `${canary}paper`,
  })
  await vi.waitFor(async () => {
    const { jobs } = await ask('list_jobs', { job_id: job.job_id })
    expect(jobs[0].status).toBe('completed')
  }, PATIENCE)
  const { text: file } = await ask('export_agent', { agent: agent.id })
  return {
    agent: agent.id,
    agentName: 'Ada',
    second,
    secondName,
    block: block.id,
    tool: tool.id,
    archive: archive.id,
    passage: passages[0].id,
    run: run.run_id,
    message: messages[0].id,
    asking: asking.run_id,
    call: asking.pending_approvals[0].tool_call_id,
    job: job.job_id,
    file,
    canary,
  }
}

/** Until all that it stored has its vector: what a search finds changes with them. */
export async function embedded(client: Connection): Promise<void> {
  const look = async () => expect(waiting((await client.call('stats')).data)).toBe(0)
  await vi.waitFor(look, PATIENCE)
}

function waiting({ embeddings = [] }: { embeddings?: readonly { readonly waiting: number }[] }) {
  return embeddings.reduce((sum, { waiting }) => sum + waiting, 0)
}
