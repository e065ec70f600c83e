import type { RequestListener } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isPublicAddress } from '../../src/fetch/public-address.ts'
import { type RealServer, startRealServer } from '../mcp/real-server.ts'
import { type HttpsServer, startHttps } from '../support/https-server.ts'

/* Memory blocks that follow an outside system, through the tool. The same call again looks at once. */

let outside: HttpsServer
let server: RealServer
let answer: RequestListener
beforeAll(async () => {
  outside = await startHttps((request, response) => answer(request, response))
  server = await startRealServer(
    ['core', 'memory', 'tools', 'agents'],
    {},
    {
      fetch: {
        ...{ rule: { kind: 'hosts', hosts: ['127.0.0.1'] }, ca: outside.ca },
        isAllowedAddress: (address) => address === '127.0.0.1' || isPublicAddress(address),
      },
    },
  )
}, 60_000)
afterAll(async () => {
  await server.close()
  await outside.close()
})

const says =
  (text: string, type = 'text/plain'): RequestListener =>
  (_, response) =>
    response.writeHead(200, { 'content-type': type }).end(text)
const fails: RequestListener = (_, response) => response.writeHead(503).end()

async function newAgent(name: string): Promise<void> {
  await server.answer('create_agent', { name })
}

const sync = (agent: string, more: object = {}) =>
  server.answer('sync_block', {
    ...{ agent, label: 'customer', url: `${outside.url}/crm?key=hidden`, every_minutes: 10 },
    ...more,
  })

async function history(agent: string, label = 'customer') {
  const { versions } = await server.answer('memory_history', { agent, label })
  return versions.map(({ version, by, reason }: Record<string, unknown>) => ({
    ...{ version, by, reason },
  }))
}

test('a block is filled at once, and gets a version only when its source has changed', async () => {
  await newAgent('Ann')
  answer = says('Tier: gold\n')
  const first = await sync('Ann')
  expect(first.block).toMatchObject({ label: 'customer', value: 'Tier: gold', version: 2 })
  expect(first.job).toMatchObject({ kind: 'sync_block', status: 'waiting', done: 1 })
  expect(JSON.stringify(first.job)).not.toContain('hidden')
  expect(Date.parse(first.job.retry_at) - Date.now()).toBeGreaterThan(8 * 60_000)
  expect((await sync('Ann')).block.version).toBe(2)
  answer = says('Tier: silver')
  const changed = await sync('Ann')
  expect(changed.block).toMatchObject({ value: 'Tier: silver', version: 3 })
  expect(changed.job.job_id).toBe(first.job.job_id)
  expect((await history('Ann'))[0]).toEqual({
    ...{ version: 3, by: 'import', reason: expect.stringMatching(/^In step with https:.*\/crm$/) },
  })
})

test('a page arrives as its words, and a long text is cut to the limit with a note', async () => {
  await newAgent('Bob')
  answer = says('<html><script>x()</script><p>Open &amp; paid</p></html>', 'text/html')
  expect((await sync('Bob')).block.value).toBe('Open & paid')
  await server.answer('write_memory_block', {
    ...{ agent: 'Bob', label: 'customer', value: '', limit: 100 },
  })
  answer = says('鍵'.repeat(5_000))
  const { block } = await sync('Bob')
  expect(block.value).toMatch(/^鍵+\n\[\d{4} more characters are at its source\]$/)
  expect([...block.value].length).toBeLessThanOrEqual(100)
})

test('an edit stays until the source changes, and is then replaced with a word in result and history', async () => {
  await newAgent('Cleo')
  answer = says('Phone: 1')
  await sync('Cleo')
  const mine = { agent: 'Cleo', label: 'customer', value: 'Phone: 1, call late' }
  await server.answer('write_memory_block', mine)
  const kept = await sync('Cleo')
  expect(kept.block).toMatchObject({ value: 'Phone: 1, call late', version: 3 })
  expect(kept.job.error).toMatchObject({ code: 'conflict' })
  expect(kept.job.error.message).toMatch(/customer was edited since \(version 3\)\. The edit stays/)
  answer = says('Phone: 2')
  const replaced = await sync('Cleo')
  expect(replaced.block).toMatchObject({ value: 'Phone: 2', version: 4 })
  expect(replaced.job.error.message).toMatch(
    /replaced an edit of customer \(version 3, by client\)/,
  )
  expect((await history('Cleo'))[0].reason).toMatch(/^Replaced an edit \(version 3, by client\)\./)
  expect((await sync('Cleo')).job.error).toBeUndefined()
  const restored = { agent: 'Cleo', label: 'customer', version: 3 }
  expect((await server.answer('restore_memory_block', restored)).block.value).toBe(mine.value)
})

test('a block that had words of its own says that they were replaced', async () => {
  await newAgent('Dan')
  answer = says('From outside')
  await server.answer('write_memory_block', { agent: 'Dan', label: 'customer', value: 'My words' })
  const { block, job } = await sync('Dan')
  expect(block.value).toBe('From outside')
  expect(job.error.message).toMatch(/version 1, by client/)
})

test('a failure is shown and tried again, each time later, and the block stays as it is', async () => {
  await newAgent('Eve')
  answer = says('Fine')
  await sync('Eve')
  answer = fails
  const first = await sync('Eve')
  expect(first.block.value).toBe('Fine')
  expect(first.job).toMatchObject({ status: 'waiting', error: { code: 'invalid_argument' } })
  expect(first.job.error.message).toMatch(/status 503/)
  const retries = [Date.parse(first.job.retry_at)]
  for (let more = 0; more < 3; more += 1) retries.push(Date.parse((await sync('Eve')).job.retry_at))
  // One minute, two, four, eight.
  const pauses = retries.map((retry) => retry - Date.now())
  expect(pauses).toEqual(pauses.toSorted((a, b) => a - b))
  expect(pauses[3]).toBeGreaterThan(4 * 60_000)
  answer = says('Fine again')
  expect((await sync('Eve')).job.error).toBeUndefined()
  const { jobs } = await server.answer('list_jobs', { agent: 'Eve', kind: 'sync_block' })
  expect(jobs).toHaveLength(1)
})

test('a block has one source, which every_minutes 0 takes away', async () => {
  await newAgent('Fay')
  answer = says('One')
  const first = await sync('Fay')
  const second = await sync('Fay', { url: `${outside.url}/other` })
  expect(second.job.job_id).not.toBe(first.job.job_id)
  const open = async () => {
    const { jobs } = await server.answer('list_jobs', { agent: 'Fay', kind: 'sync_block' })
    return jobs.filter(({ completed_at }: Record<string, unknown>) => completed_at === undefined)
  }
  expect(await open()).toEqual([expect.objectContaining({ job_id: second.job.job_id })])
  const stopped = await server.answer('sync_block', {
    ...{ agent: 'Fay', label: 'customer', every_minutes: 0 },
  })
  expect(stopped).toMatchObject({ block: { value: 'One' } })
  expect(stopped.job).toBeUndefined()
  expect(await open()).toEqual([])
})

test('a block that was detached begins anew when it is asked for again', async () => {
  await newAgent('Gil')
  answer = says('Here')
  const { block } = await sync('Gil')
  await server.answer('detach_block', { agent: 'Gil', block_id: block.id })
  expect((await sync('Gil')).block).toMatchObject({ value: 'Here', version: 2 })
})

const COUNTER = `/**
 * Tells of a customer.
 * @param customer Who it is
 */
export function crm(customer: string): string {
  return customer + ' owes 12'
}`

test('a tool of the agent fills a block, with its arguments', async () => {
  await newAgent('Hal')
  const { tool } = await server.answer('create_tool', { source: COUNTER })
  const asking = { url: undefined, tool: 'crm', arguments: '{"customer":"Ida"}' }
  const refused = await server.refusal('sync_block', {
    ...{ agent: 'Hal', label: 'customer', tool: 'crm', every_minutes: 5 },
  })
  expect(refused).toMatchObject({ code: 'not_found' })
  await server.answer('attach_tool', { agent: 'Hal', tool: tool.id })
  const { block, job } = await sync('Hal', asking)
  expect(block).toMatchObject({ value: 'Ida owes 12' })
  expect(job.title).toBe('Keep the block customer in step with the tool crm')
  expect((await history('Hal'))[0].reason).toBe('In step with the tool crm')
})

test.each([
  ['no source', {}, /Give either url or tool/],
  ['two sources', { url: 'https://127.0.0.1/', tool: 'crm' }, /Give either url or tool/],
  ['http', { url: 'http://127.0.0.1/' }, /must be an https address/],
  ['a host that the operator does not allow', { url: 'https://example.com/' }, /RECOLLECT_FETCH/],
  ['a built-in tool', { tool: 'conversation_search', arguments: '{"query":"x"}' }, /built in/],
  ['arguments that are none', { tool: 'crm', arguments: '[' }, /JSON/],
])('%s is refused, and nothing begins', async (agent, source, message) => {
  await newAgent(agent)
  const refused = await server.refusal('sync_block', {
    ...{ agent, label: 'customer', every_minutes: 5, ...source },
  })
  expect(refused.message).toMatch(message)
  const { jobs } = await server.answer('list_jobs', { kind: 'sync_block', limit: 100 })
  expect(JSON.stringify(jobs)).not.toContain('example.com')
})
