import type { World } from './world.ts'

const IS_FULL = process.env.RECOLLECT_TEST_FULL === '1'

export const LARGE = {
  agents: IS_FULL ? 1_000 : 120,
  messages: IS_FULL ? 10_000 : 400,
  characters: 100_000,
} as const

/** Messages per file to load, which stays below the size of a request. */
const PER_LOAD = 2_000
const START = Date.UTC(2024, 0, 1)

/** Fills the server; the answer is the id of the agent with the long conversation and the large block. */
export async function fillLarge({ answer }: Pick<World, 'answer'>): Promise<string> {
  for (let number = 1; number <= LARGE.agents; number += 1) {
    await answer('create_agent', { name: `Agent number ${number} of many`, description: 'One.' })
  }
  const line = 'A line of a long text. '
  const value = line.repeat(Math.ceil(LARGE.characters / line.length)).slice(0, LARGE.characters)
  const { agent } = await answer('create_agent', {
    name: 'Large',
    context_window: 200_000,
    blocks: [{ label: 'large', value, limit: LARGE.characters * 2 }],
  })
  for (let from = 1; from <= LARGE.messages; from += PER_LOAD) {
    const data = Buffer.from(JSON.stringify(conversation(from))).toString('base64')
    const asked = { agent: agent.id, data, name: `chat-${from}.json`, into: 'conversation' }
    const { job } = await answer('load', asked)
    await ended(answer, job.job_id)
  }
  return agent.id
}

function conversation(from: number): object {
  const last = Math.min(from + PER_LOAD - 1, LARGE.messages)
  const numbers = Array.from({ length: last - from + 1 }, (_, index) => from + index)
  return [
    {
      ...{ uuid: `chat-${from}`, name: 'Long', created_at: new Date(START).toISOString() },
      chat_messages: numbers.map((number) => ({
        uuid: `m-${number}`,
        sender: number % 2 === 1 ? 'human' : 'assistant',
        text: '',
        content: [{ type: 'text', text: `Message ${number}: the tide at the harbour.` }],
        created_at: new Date(START + number * 60_000).toISOString(),
        attachments: [],
      })),
    },
  ]
}

async function ended(answer: World['answer'], job_id: string): Promise<void> {
  for (;;) {
    const { jobs } = await answer('list_jobs', { job_id })
    if (jobs[0].completed_at !== undefined) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
