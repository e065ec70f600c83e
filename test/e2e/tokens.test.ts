import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { rpc, sessionOf } from '../access/raw.ts'
import { connect, startServe } from '../support/connect.ts'
import { expectOneLine, newHome, removeHomes, runCommand, withoutKey } from './support.ts'

/* Tokens made by an operator: commands beside a running server. */

const PATIENT = { timeout: 10_000 }

afterAll(removeHomes)

async function createToken(environment: Readonly<Record<string, string>>, ...args: string[]) {
  const finished = await runCommand(['token', 'create', ...args], environment)
  expect(finished.code, finished.stderr).toBe(0)
  expect(finished.stdout).toMatch(/^rcl_[A-Za-z0-9_-]{43}\n$/)
  return { token: finished.stdout.trim(), told: finished.stderr }
}

describe('recollect token', () => {
  it('makes a token that a running server requires from then on, until it is revoked', async () => {
    const environment = withoutKey(newHome())
    const served = await startServe(environment)
    const { url } = served
    const stream = await fetch(url, {
      headers: { Accept: 'text/event-stream', 'Mcp-Session-Id': await sessionOf(url) },
    })
    expect(stream.status).toBe(200)
    const everybody = await connect('v2-auto', { kind: 'http', url })
    await everybody.call('create_agent', { name: 'Ada', human: 'Empty.' })
    await everybody.close()

    const args = ['--name', 'team laptop', '--scopes', 'write,read', '--namespace', 'team']
    const { token, told } = await createToken(environment, ...args, '--expires', '30d')
    expect(told).toMatch(/^This is the token "team laptop" .* namespace team\. .*this once.*\n$/)
    expect((await rpc(url, 'tools/list')).status).toBe(401)
    // The client without a token is disconnected.
    await stream.text().catch(() => '')

    const client = await connect('v2-auto', { kind: 'http', url, token })
    expect((await client.call('list_agents')).data.agents).toEqual([])
    await client.call('create_agent', { name: 'Teamster', human: 'Empty.' })
    expect((await client.call('send_message', { agent: 'Teamster', message: 'Hi' })).text).toMatch(
      /needs the scope "chat", and the token has read, write/,
    )

    const { stdout: table } = await runCommand(['token', 'list'], environment)
    expect(table).toMatch(
      /^NAME +SCOPES .*\nteam laptop +read,write +team .* until \d{4}-.* token-/,
    )
    expect(table).not.toContain(token.slice(4))

    const revoked = await runCommand(['token', 'revoke', 'team laptop'], environment)
    expect(revoked).toMatchObject({ code: 0, stdout: '' })
    expect((await rpc(url, 'tools/list', {}, { token })).status).toBe(401)
    // To revoke the last one opens nothing.
    expect((await rpc(url, 'tools/list')).status).toBe(401)
    await client.close().catch(() => undefined)
    await served.stop()
    expect(served.errors()).not.toContain(token.slice(4))

    const stdio = { ...environment, RECOLLECT_NAMESPACE: 'team' }
    const local = await connect('v2-auto', { kind: 'stdio', environment: stdio })
    const { agents } = (await local.call('list_agents')).data
    expect(agents.map(({ name }: { name: string }) => name)).toEqual(['Teamster'])
    await local.close()
  }, 60_000)

  it('allows a server to bind to a reachable address', async () => {
    const environment = withoutKey(newHome())
    const open = await runCommand(['serve', '--host', '0.0.0.0', '--port', '0'], environment)
    expect(open.code).toBe(2)
    expectOneLine(open)
    expect(open.stderr).toMatch(/--host.*recollect token create/)
    const { token } = await createToken(environment, '--name', 'one')
    const served = await startServe(environment, ['--host', '0.0.0.0'])
    const url = served.url.replace('0.0.0.0', '127.0.0.1')
    expect((await rpc(url, 'tools/list')).status).toBe(401)
    await expect
      .poll(async () => (await rpc(url, 'tools/list', {}, { token })).status, PATIENT)
      .toBe(200)
    await served.stop()
  })

  it.each([
    [['token'], /token create .*token list.*token revoke/],
    [['token', 'create'], /--name/],
    [['token', 'create', '--name', 'a', '--scopes', 'read,all'], /--scopes: found "all".*admin/],
    [['token', 'create', '--name', 'a', '--expires', 'soon'], /--expires: found "soon".*30d/],
    [['token', 'create', '--name', 'a', '--expires', '2001-01-01'], /--expires/],
    [['token', 'create', '--name', 'a', '--namespace', 'a/b'], /RECOLLECT_NAMESPACE: found "a\/b"/],
  ])('%j says in one line what is wrong', async (args, line) => {
    const home = newHome()
    const finished = await runCommand(args, withoutKey(home))
    expect(finished).toMatchObject({ code: 2, stdout: '' })
    expectOneLine(finished)
    expect(finished.stderr).toMatch(line)
  })

  it('moves an agent from one namespace to another as a file', async () => {
    const environment = withoutKey(newHome())
    const target = { kind: 'stdio' as const, environment }
    const client = await connect('v2-auto', target)
    await client.call('create_agent', { name: 'Ada', human: 'Likes tea.' })
    await client.close()
    const file = join(newHome(), 'ada.json')
    const missing = await runCommand(['export', 'Ada', file, '--namespace', 'team'], environment)
    expect(missing.stderr).toMatch(/No agent is named "Ada"/)
    expect((await runCommand(['export', 'Ada', file], environment)).code).toBe(0)
    const imported = await runCommand(['import', file, '--namespace', 'team'], environment)
    expect(imported.stdout).toMatch(/^Ada was imported as agent-/)
    const stats = await runCommand(['stats', '--namespace', 'team'], environment)
    expect(stats.stdout).toMatch(/Agents +1\n/)
  }, 60_000)
})
