import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type App, openApp } from '../../src/app/app.ts'
import { readConfig } from '../../src/config/read-config.ts'
import type { Caller } from '../../src/core/access.ts'
import { isPublicAddress } from '../../src/fetch/public-address.ts'
import { type HttpsServer, startHttps } from '../support/https-server.ts'
import { databaseOf, leaveDatabaseOf } from '../support/own-database.ts'

const OWNER: Caller = { name: 'owner', scopes: new Set(['read', 'chat', 'write', 'admin']) }
const SECRET = 'ghp_0123456789abcdefghijklmnop'

let home: string
let server: HttpsServer
let app: App
const asked: {
  readonly url: string
  readonly method: string
  readonly auth: string
  readonly body: string
}[] = []

beforeAll(async () => {
  server = await startHttps(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const { url = '', method = '', headers } = request
    asked.push({ url, method, auth: headers.authorization ?? '', body })
    if (url === '/away') {
      const away = `https://localhost:${server.port}/other`
      return response.writeHead(302, { location: away }).end()
    }
    if (url === '/echo') {
      const said = headers.authorization ?? ''
      return response.writeHead(200, { 'x-said': said }).end(JSON.stringify({ said }))
    }
    response.writeHead(201, { 'content-type': 'application/json' }).end('{"temperature": 21}')
  })
  home = await mkdtemp(join(tmpdir(), 'recollect-tools-'))
  const config = readConfig(
    {},
    {
      RECOLLECT_HOME: home,
      ...databaseOf(home),
      RECOLLECT_FETCH: '127.0.0.1,localhost',
      RECOLLECT_TOOL_SECRETS: 'WEATHER_KEY@127.0.0.1',
      WEATHER_KEY: SECRET,
    },
  )
  const isAllowedAddress = (address: string) => address === '127.0.0.1' || isPublicAddress(address)
  const fetch = { ...config.fetch, ca: server.ca, isAllowedAddress }
  app = await openApp({ ...config, fetch }, () => undefined, false)
}, 120_000)
afterAll(async () => {
  await app.close()
  await server.close()
  leaveDatabaseOf(home)
  await rm(home, { recursive: true })
})

const source = (path: string) => `/** Asks. */
export async function ask(): Promise<unknown> {
  const answer = await fetch('${server.url}${path}', {
    method: 'GET',
    headers: { authorization: 'Bearer ' + secrets.WEATHER_KEY },
  })
  console.log('with', secrets.WEATHER_KEY)
  return { status: answer.status, header: answer.headers.get('x-said') ?? undefined, ...(await answer.json()) }
}`

async function run(path: string, fields: object, commit = true) {
  const { tools } = app.context
  const { id } = await tools.create({ source: source(path), ...fields }, OWNER)
  const trial = { tool: id, arguments: {}, commit }
  const result = await tools.run(trial, OWNER, new AbortController().signal)
  await tools.delete(id)
  return result
}

const OPEN = { network: ['127.0.0.1'], secrets: ['WEATHER_KEY'] }

describe('a tool with network', () => {
  it('sends a secret that its code never sees, to the host that it is bound to', async () => {
    const { status, result, stdout } = await run('/now', OPEN)
    expect({ status, result }).toEqual({
      status: 'success',
      result: '{"status":201,"temperature":21}',
    })
    expect(asked.at(-1)).toMatchObject({ url: '/now', auth: `Bearer ${SECRET}` })
    expect(stdout).not.toContain(SECRET)
  })

  it('does not see a secret that the host sends back', async () => {
    const { status, result } = await run('/echo', OPEN)
    expect({ status, result }).toEqual({
      status: 'success',
      result: '{"status":200,"header":"Bearer [redacted]","said":"Bearer [redacted]"}',
    })
    expect(asked.at(-1)).toMatchObject({ auth: `Bearer ${SECRET}` })
  })

  it.each<readonly [string, string, object, RegExp]>([
    ['without network', '/now', { secrets: ['WEATHER_KEY'] }, /fetch/],
    [
      'to a host that it does not name',
      '/now',
      { ...OPEN, network: ['example.com'] },
      /may not fetch from 127\.0\.0\.1/,
    ],
    ['to where an answer sends it', '/away', OPEN, /may not fetch from localhost/],
    [
      'to where its secret is not bound',
      '/away',
      { ...OPEN, network: ['127.0.0.1', 'localhost'] },
      /does not have for localhost/,
    ],
  ])('fetches nothing %s', async (_, path, fields, sentence) => {
    const { status, result } = await run(path, fields)
    expect(status).toBe('error')
    expect(result).toMatch(sentence)
    expect(result).not.toContain(SECRET)
    expect(asked.filter(({ url }) => url === '/other')).toEqual([])
  })

  it('gets no secret that it does not name by writing its placeholder', async () => {
    const before = asked.length
    const written = source('/now').replace("' + secrets.WEATHER_KEY", "{{secret:WEATHER_KEY}}'")
    const { status, result } = await run('/now', { source: written, network: ['127.0.0.1'] })
    expect(status).toBe('error')
    expect(result).toContain('RECOLLECT_TOOL_SECRETS')
    expect(asked).toHaveLength(before)
  })

  it('fetches nothing in a trial without commit', async () => {
    const before = asked.length
    const { status, result } = await run('/now', OPEN, false)
    expect(status).toBe('error')
    expect(result).toContain('with commit')
    expect(asked).toHaveLength(before)
  })

  it('may not call itself repeatable by accident', async () => {
    const create = app.context.tools.create(
      { source: source('/now'), ...OPEN, effect: 'database' },
      OWNER,
    )
    await expect(create).rejects.toThrow(/"once"/)
    const stored = await app.context.tools.create({ source: source('/now'), ...OPEN }, OWNER)
    expect(stored.effect).toBe('once')
  })
})
