import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openApp } from '../../src/app/app.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { databaseOf, leaveDatabaseOf } from '../support/own-database.ts'
import { callTool, say, startScriptedProvider } from '../support/scripted-provider.ts'
import { startFront } from '../support/wires/front.ts'

const TURNS = 50

it('50 turns read 95 % of their input from the prompt cache, thinking and tools included', async () => {
  const home = await mkdtemp(join(tmpdir(), 'recollect-cache-'))
  const vendor = await startScriptedProvider()
  const front = await startFront('messages', vendor.baseUrl)
  const environment = {
    RECOLLECT_HOME: home,
    ...databaseOf(home),
    ANTHROPIC_API_KEY: 'sk-test-key',
    ANTHROPIC_BASE_URL: front.baseUrl,
  }
  const app = await openApp(readConfig({}, environment), () => undefined)
  const { agents, runs } = app.context
  const { agent } = await agents.create({
    model: 'anthropic/claude',
    agentType: 'letta_v1_agent',
    contextWindow: 200_000,
  })
  await agents.configure(agent.id, { reasoning: 'low' })
  for (let turn = 1; turn <= TURNS; turn += 1) {
    const thought = { reasoning: `Turn ${turn}: I look first.` }
    vendor.enqueue(
      callTool('conversation_search', { query: `tea ${turn}` }, thought),
      say(`An answer to question ${turn}, as people write them, of a sentence or two.`),
    )
    const { run } = await runs.send({ agent: agent.id, text: `Question ${turn}: what of the tea?` })
    const { run: done } = await runs.wait(run.id, 15_000, new AbortController().signal)
    expect(done.error).toBeNull()
    expect(done.status).toBe('completed')
  }
  await app.close()
  await front.close()
  await vendor.close()
  leaveDatabaseOf(home)
  await rm(home, { recursive: true })
  expect(front.refusals).toEqual([])
  expect(front.requests.length).toBe(2 * TURNS)
  const share = front.input.cached / front.input.tokens
  expect(share, `${front.input.cached} of ${front.input.tokens} tokens`).toBeGreaterThanOrEqual(
    0.95,
  )
}, 120_000)
