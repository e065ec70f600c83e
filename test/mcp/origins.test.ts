import { describe, expect, it } from 'vitest'
import { hostRule, refusalOf } from '../../src/http/guard.ts'

/* The origins whose pages may call which host. */

describe('a page', () => {
  const guard = (host: string, names: readonly string[] = []) => ({
    allowsHost: hostRule(host, names),
    proxiedHosts: new Set(names),
    origins: new Set(['https://app.example.com']),
  })
  const asked = (origin: string, host: string, at = guard('127.0.0.1', ['memory.example.com'])) =>
    refusalOf({ host, origin }, at, 8283)

  it.each([
    ['http://127.0.0.1:8283', '127.0.0.1:8283'],
    ['http://localhost:8283', '127.0.0.1:8283'],
    ['http://[::1]:8283', 'localhost:8283'],
    // Behind a port of a container.
    ['http://localhost:9000', 'localhost:9000'],
    ['http://memory.example.com', 'memory.example.com'],
    ['https://memory.example.com', 'memory.example.com'],
    ['https://app.example.com', '127.0.0.1:8283'],
  ])('of %s may call %s', (origin, host) => {
    expect(asked(origin, host)).toBeUndefined()
  })

  it.each([
    ['http://localhost:3000', 'localhost:8283'],
    ['http://127.0.0.1', '127.0.0.1:8283'],
    ['http://127.0.0.1:8284', '127.0.0.1:8283'],
    ['https://localhost:8283', 'localhost:8283'],
    ['https://127.0.0.1:8283', '127.0.0.1:8283'],
    ['ftp://localhost:8283', 'localhost:8283'],
    ['http://localhost:8283/', 'localhost:8283'],
    ['http://localhost:8283@evil.example', 'localhost:8283'],
    ['https://memory.example.com:8443', 'memory.example.com'],
    ['https://memory.example.com', '127.0.0.1:8283'],
    ['http://evil.example:8283', '127.0.0.1:8283'],
    ['null', '127.0.0.1:8283'],
    ['', '127.0.0.1:8283'],
  ])('of %s may not call %s, and is told the setting', (origin, host) => {
    expect(asked(origin, host)?.message).toContain('RECOLLECT_CORS_ORIGINS')
  })
})
