import { afterEach, describe, expect, it } from 'vitest'
import { type HttpServing, serveOverHttp } from '../../src/mcp/transports/http.ts'
import { createCodes } from '../../src/page/codes.ts'
import { createPageDoor } from '../../src/page/door.ts'
import { policyFor } from '../../src/page/policy.ts'
import { openToAll, openWith } from '../support/access.ts'
import { stubServer } from './stub-context.ts'

const HTML = '<!doctype html><style>p{}</style><script>1</script>'

const open: HttpServing[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((serving) => serving.close()))
})

async function serve(authenticate = openToAll): Promise<string> {
  const { createServer } = stubServer({ agents: { list: async () => ({ items: [] }) } })
  const serving = await serveOverHttp(createServer, {
    host: '127.0.0.1',
    port: 0,
    version: '1.2.3',
    authenticate,
    log: () => undefined,
    openDoors: [createPageDoor({ page: async () => HTML, authenticate })],
  })
  open.push(serving)
  return new URL(serving.url).origin
}

const post = (url: string, body: object, headers: Readonly<Record<string, string>> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

async function codeFrom(origin: string, headers: Readonly<Record<string, string>>) {
  const answer = (await (await post(`${origin}/page/code`, {}, headers)).json()) as object
  expect(answer).toMatchObject({ needed: true, code: expect.any(String), seconds: 60 })
  return 'code' in answer ? answer.code : ''
}

describe('the page', () => {
  it('is answered at / with a policy that lets in exactly its script and style', async () => {
    const origin = await serve()
    const response = await fetch(`${origin}/`)
    expect(await response.text()).toBe(HTML)
    const policy = response.headers.get('Content-Security-Policy') ?? ''
    expect(policy).toBe(policyFor(HTML))
    // sha256 of "1" and of "p{}"
    expect(policy).toContain("script-src 'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='")
    expect(policy).toContain("require-trusted-types-for 'script'")
    expect(policy).not.toContain('unsafe')
    expect(response.headers.get('Referrer-Policy')).toBe('no-referrer')
    expect(response.headers.get('Set-Cookie')).toBeNull()
    const head = await fetch(`${origin}/`, { method: 'HEAD' })
    expect(head.status).toBe(200)
    expect((await post(`${origin}/`, {})).status).toBe(405)
    expect((await fetch(`${origin}/`, { headers: { Origin: 'http://evil.example' } })).status).toBe(
      403,
    )
  })

  it('gets a token once for a code, which only a token buys', async () => {
    const origin = await serve(openWith('secret'))
    expect((await post(`${origin}/page/code`, {})).status).toBe(401)
    const bearer = { Authorization: 'Bearer secret' }
    const code = await codeFrom(origin, bearer)
    expect(await (await post(`${origin}/page/token`, { code })).json()).toEqual({ token: 'secret' })
    const again = await post(`${origin}/page/token`, { code })
    expect(again.status).toBe(401)
    expect(await again.text()).toContain('recollect open')
    expect((await post(`${origin}/page/token`, { code: 'guess' })).status).toBe(401)
    // A form of another site can send text, but no JSON.
    const asText = await fetch(`${origin}/page/token`, { method: 'POST', body: '{}' })
    expect(asText.status).toBe(415)
    expect((await fetch(`${origin}/page/code`)).status).toBe(405)
  })

  it('needs no code where everybody is let in', async () => {
    const origin = await serve()
    expect(await (await post(`${origin}/page/code`, {})).json()).toEqual({ needed: false })
  })
})

describe('codes', () => {
  it('last a minute and are few', () => {
    let now = 0
    const codes = createCodes(() => now)
    const code = codes.issue('token') ?? ''
    now = 59_999
    expect(codes.redeem(code)).toBe('token')
    const late = codes.issue('token') ?? ''
    now += 60_000
    expect(codes.redeem(late)).toBeUndefined()
    const issued = Array.from({ length: 101 }, () => codes.issue('token'))
    expect(issued.filter((each) => each !== undefined)).toHaveLength(100)
  })
})
