import { expect } from 'vitest'
import type { ReceivedRequest } from '../support/scripted-provider.ts'
import { systemText, type World } from './support.ts'

type Body = ReceivedRequest['body']

/** The request is of a sleep-time agent. */
export function isSleeper(body: Body): boolean {
  return systemText(body).startsWith('You tidy the memory')
}

/** The request is of a reader of pages. */
export function isReader(body: Body): boolean {
  return systemText(body).startsWith('You read a long source')
}

/** Text of a block in the request. */
export function shownBlock(body: Body, label: string): string {
  const block = new RegExp(`<block label="${label}"[^>]*>\n([\\s\\S]*?)\n</block>`)
  return block.exec(systemText(body))?.[1] ?? ''
}

export function lastText(body: Body): string {
  return String(body.messages.at(-1)?.content ?? '')
}

export function sleeperRequests(world: World): readonly Body[] {
  return world.provider.requests.map(({ body }) => body).filter(isSleeper)
}

/** Waits until the newest job of the agent has ended, and returns it. */
export async function jobsEnd(world: World, agent: string, count = 1) {
  const read = async () => (await world.context.jobs.list({ agent, limit: 100 })).items
  await expect
    .poll(async () => (await read()).filter((job) => job.completedAt !== null).length, {
      timeout: 60_000,
    })
    .toBeGreaterThanOrEqual(count)
  return read()
}
