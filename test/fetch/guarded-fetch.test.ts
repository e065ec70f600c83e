import type { RequestListener } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { UserError } from '../../src/core/errors.ts'
import { type FetchRule, readFetchRule } from '../../src/fetch/fetch-rule.ts'
import { createGuardedFetch } from '../../src/fetch/guarded-fetch.ts'
import { isPublicAddress } from '../../src/fetch/public-address.ts'
import { type HttpsServer, startHttps } from '../support/https-server.ts'

const LIMITS = { maxBytes: 1_000, milliseconds: 10_000 }
const PUBLIC: FetchRule = { kind: 'public' }

let server: HttpsServer
const asked: string[] = []

const answers: Record<string, RequestListener> = {
  '/text': (_, response) =>
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end('hello'),
  '/moved': (_, response) => response.writeHead(302, { location: '/text' }).end(),
  '/moved-to-loopback': (_, response) =>
    response.writeHead(302, { location: 'https://127.0.0.2/secret' }).end(),
  '/moved-to-metadata': (_, response) =>
    response.writeHead(307, { location: 'http://169.254.169.254/latest/meta-data' }).end(),
  '/moved-to-file': (_, response) =>
    response.writeHead(301, { location: 'file:///etc/passwd' }).end(),
  '/moved-for-ever': (_, response) =>
    response.writeHead(302, { location: '/moved-for-ever' }).end(),
  '/large': (_, response) => response.end('x'.repeat(1_001)),
  '/endless': (_, response) => {
    const more = () => void (response.write('x'.repeat(100)) && setTimeout(more, 1))
    more()
  },
  '/silent': () => undefined,
  '/missing': (_, response) => response.writeHead(404).end('no'),
  '/cut': (_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('half')
    setTimeout(() => response.destroy(), 20)
  },
}

beforeAll(async () => {
  server = await startHttps((request, response) => {
    asked.push(request.url ?? '')
    answers[request.url ?? '']?.(request, response)
  })
})
afterAll(() => server.close())

/** Admits the test's own server, and no other address that is not public. */
const fetching = (rule: FetchRule = PUBLIC) =>
  createGuardedFetch({
    rule,
    ca: server.ca,
    isAllowedAddress: (address) => address === '127.0.0.1' || isPublicAddress(address),
  })

async function refusal(work: Promise<unknown>): Promise<UserError> {
  return work.then(
    () => expect.unreachable('it was fetched'),
    (error: UserError) => error,
  )
}

describe('a guarded fetch', () => {
  it('answers the body and its media type', async () => {
    const { body, mediaType, url } = await fetching()(`${server.url}/text`, LIMITS)
    expect([body.toString(), mediaType, url]).toEqual(['hello', 'text/plain', `${server.url}/text`])
  })

  it('follows a redirect and says where it ended', async () => {
    const { body, url } = await fetching()(`${server.url}/moved`, LIMITS)
    expect([body.toString(), url]).toEqual(['hello', `${server.url}/text`])
  })

  it.each([
    ['/moved-to-loopback', '127.0.0.2 is not an address on the public internet'],
    ['/moved-to-metadata', 'Only https://'],
    ['/moved-to-file', 'Only https://'],
    ['/moved-for-ever', 'redirects more than 5 times'],
    ['/missing', 'answered with status 404'],
    ['/cut', '127.0.0.1'],
  ])('refuses %s', async (path, words) => {
    const error = await refusal(fetching()(`${server.url}${path}`, LIMITS))
    expect(error.code).toBe('invalid_argument')
    expect(error.message).toContain(words)
  })

  it('does not even connect to an address that is not public', async () => {
    const guarded = createGuardedFetch({ rule: PUBLIC, ca: server.ca })
    const before = asked.length
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '2130706433', '0x7f.1']) {
      const error = await refusal(guarded(`https://${host}:${server.port}/text`, LIMITS))
      expect(error.message).toContain('not an address on the public internet')
    }
    expect(asked.length).toBe(before)
  })

  it('refuses more than the limit, told beforehand or not', async () => {
    for (const path of ['/large', '/endless']) {
      const error = await refusal(fetching()(`${server.url}${path}`, LIMITS))
      expect([error.code, error.message]).toEqual([
        'limit_exceeded',
        expect.stringContaining('larger than 1000 bytes'),
      ])
    }
  })

  it('gives up on a server that says nothing, and says after how long', async () => {
    const limits = { ...LIMITS, milliseconds: 200 }
    const error = await refusal(fetching()(`${server.url}/silent`, limits))
    expect([error.code, error.message]).toEqual([
      'limit_exceeded',
      expect.stringContaining('within 0.2 s'),
    ])
  })

  it('ends when its caller does', async () => {
    const controller = new AbortController()
    const work = fetching()(`${server.url}/silent`, { ...LIMITS, signal: controller.signal })
    controller.abort()
    await expect(work).rejects.toThrow()
  })

  it.each([
    'http://example.com/a.png',
    'file:///etc/passwd',
    'https://me:pw@example.com/',
    'nonsense',
  ])('refuses the address %s', async (address) => {
    expect((await refusal(fetching()(address, LIMITS))).message).toContain('Only https://')
  })

  it('fetches nothing unless the operator allows it, and then only what is listed', async () => {
    const none = await refusal(fetching(readFetchRule(undefined))(`${server.url}/text`, LIMITS))
    expect([none.code, none.message]).toEqual([
      'unsupported',
      expect.stringContaining('RECOLLECT_FETCH'),
    ])
    const listed = fetching(readFetchRule('127.0.0.1, *.example.org'))
    expect((await listed(`${server.url}/text`, LIMITS)).body.toString()).toBe('hello')
    for (const host of ['example.com', 'example.org', 'notexample.org', '127.0.0.1.example.com']) {
      const error = await refusal(listed(`https://${host}/`, LIMITS))
      expect(error.message).toContain(`${host} is not among the hosts`)
    }
  })
})

describe('the setting RECOLLECT_FETCH', () => {
  it.each([
    ['', { kind: 'none' }],
    ['none', { kind: 'none' }],
    [' Public ', { kind: 'public' }],
    ['Example.com, *.example.org', { kind: 'hosts', hosts: ['example.com', '*.example.org'] }],
  ])('reads "%s"', (value, rule) => {
    expect(readFetchRule(value)).toEqual(rule)
  })

  it.each(['https://example.com', 'example.com/path', 'a b', 'none,example.com', ',', '*'])(
    'refuses "%s"',
    (value) => {
      expect(() => readFetchRule(value)).toThrow(/RECOLLECT_FETCH: found ".*", allowed is none/)
    },
  )
})

describe('a public address', () => {
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '192.0.2.1',
    '198.18.0.1',
    '240.0.0.1',
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001::1',
    '2001:db8::1',
    '100::1',
    'nonsense',
    '',
  ])('is not "%s"', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })

  it.each(['8.8.8.8', '1.1.1.1', '2606:4700:4700::1111', '::ffff:8.8.8.8'])('is %s', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })
})
