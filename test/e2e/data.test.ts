import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import DatabaseHandle from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PATIENT } from '../agent/patient.ts'
import { connect, startServe } from '../support/connect.ts'
import { embeddings } from '../support/scripted-embeddings.ts'
import {
  fail,
  type ScriptedProvider,
  say,
  startScriptedProvider,
} from '../support/scripted-provider.ts'
import {
  expectOneLine,
  expectPureStdout,
  expectSentences,
  newHome,
  removeHomes,
  runCommand,
  startRaw,
  withModel,
  withoutKey,
} from './support.ts'

/* Data that can not be opened, data that is copied, and what doctor finds. */

afterAll(removeHomes)

let provider: ScriptedProvider
beforeAll(async () => {
  provider = await startScriptedProvider()
})
afterAll(() => provider.close())

/** Data that can't be opened, and what is said of it. The tests may run as root, whom no mode stops. */
const BROKEN: readonly (readonly [string, (home: string) => string, RegExp])[] = [
  [
    'a directory that can not be made',
    (home) => {
      writeFileSync(join(home, 'file'), '')
      return join(home, 'file', 'data')
    },
    /can't be opened.*RECOLLECT_HOME/,
  ],
  [
    'a file that is no database',
    (home) => {
      writeFileSync(join(home, 'recollect.db'), 'This is a letter to my mother. '.repeat(500))
      return home
    },
    /not a SQLite database/,
  ],
  [
    'a database of a newer version',
    (home) => {
      const database = new DatabaseHandle(join(home, 'recollect.db'))
      database.pragma('journal_mode = WAL')
      database.exec('CREATE TABLE schema_version (version INTEGER NOT NULL)')
      database.exec('INSERT INTO schema_version (version) VALUES (999)')
      database.close()
      return home
    },
    /newer Recollect.*999.*Update/,
  ],
]

describe.each(BROKEN)('%s', (_, breakIt, text) => {
  it('leaves stdio up, and every call gets a clear error', async () => {
    const home = breakIt(newHome())
    const server = startRaw(withModel(home, provider))
    expect((await server.initialize()).result.serverInfo.name).toBe('recollect')
    expect((await server.ask('tools/list')).result.tools).toHaveLength(18)
    const calls = [
      ['list_agents', {}],
      ['create_agent', { name: 'Ada' }],
      ['send_message', { agent: 'Ada', message: 'Hi' }],
      ['list_agents', {}],
    ] as const
    for (const [name, args] of calls) {
      const { result } = await server.ask('tools/call', { name, arguments: args })
      expect(result.isError).toBe(true)
      expect(result.content[0].text).toMatch(text)
      expectSentences(result.content[0].text)
      expect(result.structuredContent.error.code).toBe('unsupported')
    }
    expect((await server.ask('resources/list')).error?.message).toMatch(text)
    expect((await server.ask('ping')).result).toBeDefined()
    server.process.stdin.end()
    expect(await server.ended()).toEqual({ code: 0, signal: null })
    expectPureStdout(server.written())
  })

  it('ends serve and backup with a clear error, and fails doctor', async () => {
    const home = breakIt(newHome())
    const environment = withoutKey(home)
    const [serve, doctor] = await Promise.all([
      runCommand(['serve', '--port', '0'], environment),
      runCommand(['doctor'], environment),
    ])
    expect(serve).toMatchObject({ code: 1, stdout: '' })
    expectOneLine(serve)
    expect(serve.stderr).toMatch(text)
    expect(doctor).toMatchObject({ code: 1, stderr: '' })
    expect(doctor.stdout).toMatch(text)
    const copy = await runCommand(['backup', join(newHome(), 'copy.db')], environment)
    expect(copy.code).toBe(1)
    expectOneLine(copy)
  })

  it('is left unchanged', async () => {
    const home = breakIt(newHome())
    const file = join(home, 'recollect.db')
    const before = existsSync(file) ? readFileSync(file) : undefined
    await runCommand(['serve', '--port', '0'], withoutKey(home))
    expect(existsSync(file) ? readFileSync(file) : undefined).toEqual(before)
  })
})

describe('data that becomes available later', () => {
  it('is used by the next call, without a restart', async () => {
    const file = join(newHome(), 'file')
    writeFileSync(file, '')
    const server = startRaw(withoutKey(join(file, 'data')))
    await server.initialize()
    const list = () => server.ask('tools/call', { name: 'list_agents', arguments: {} })
    expect((await list()).result.isError).toBe(true)
    rmSync(file)
    expect((await list()).result.structuredContent).toEqual({ agents: [] })
    expect(statSync(join(file, 'data', 'recollect.db')).mode & 0o777).toBe(0o600)
    server.process.stdin.end()
    expect((await server.ended()).code).toBe(0)
  })
})

describe('backup', () => {
  it('copies the data of a running server, and the copy can be served', async () => {
    const home = newHome()
    const environment = withoutKey(home)
    const serving = await startServe(environment)
    const client = await connect('v2-auto', { kind: 'http', url: serving.url })
    await client.call('create_agent', { name: 'Ada', human: 'Likes tea.' })
    const texts = Array.from({ length: 100 }, (_, index) => `Fact ${index} about looms.`)
    await client.call('insert_archival', { agent: 'Ada', texts })

    const target = join(newHome(), 'recollect.db')
    const finished = await runCommand(['backup', target], environment)
    expect(finished).toMatchObject({ code: 0, stdout: '' })
    expect(finished.stderr).toContain(target)
    expect(statSync(target).mode & 0o777).toBe(0o600)
    const after = await client.call('create_agent', { name: 'Too late' })
    expect(after.isError).toBe(false)
    await client.close()
    expect(await serving.stop()).toBe(0)

    const copy = await connect('v2-auto', {
      kind: 'stdio',
      environment: { ...environment, RECOLLECT_DATABASE_URL: `file:${target}` },
    })
    const { data: agents } = await copy.call('list_agents')
    expect(agents.agents.map(({ name }: { name: string }) => name)).toEqual(['Ada'])
    const { data: found } = await copy.call('search_archival', { agent: 'Ada', query: 'looms' })
    expect(found.passages).toHaveLength(10)
    await copy.close()
  })

  it('overwrites nothing, and says so', async () => {
    const environment = withoutKey(newHome())
    await runCommand(['doctor'], environment)
    const target = join(newHome(), 'mine')
    writeFileSync(target, 'precious')
    const finished = await runCommand(['backup', target], environment)
    expect(finished.code).toBe(1)
    expectOneLine(finished)
    expect(readFileSync(target, 'utf8')).toBe('precious')
  })

  it('into a missing directory, or of missing data, says so', async () => {
    const environment = withoutKey(newHome())
    const nothing = await runCommand(['backup', join(newHome(), 'copy')], environment)
    expect(nothing.code).toBe(1)
    expectOneLine(nothing)
    await runCommand(['doctor'], environment)
    const nowhere = await runCommand(['backup', join(newHome(), 'no/such/copy')], environment)
    expect(nowhere.code).toBe(1)
    expectOneLine(nowhere)
  })
})

describe('doctor', () => {
  it('passes with a model that answers, and ends with 0', async () => {
    provider.enqueue(say('ready'))
    const finished = await runCommand(['doctor'], withModel(newHome(), provider))
    expect(finished).toMatchObject({ code: 0, stderr: '' })
    expect(finished.stdout).toMatch(/Data +ok[\s\S]*Model +ok: openai\/scripted/)
    expect(finished.stdout).not.toContain('sk-e2e-secret-key')
    expect(finished.stdout.split('\n').length).toBeLessThan(24)
  })

  it('finds that the rehearsal model works, and says what it is', async () => {
    const finished = await runCommand(['doctor'], withoutKey(newHome()))
    expect(finished.code).toBe(0)
    expect(finished.stdout).toMatch(/offline\/rehearsal[\s\S]*not a language model/)
  })

  it('ends with 1 and the remedy when the key is wrong', async () => {
    provider.enqueue(fail(401, { error: { message: 'Bad key sk-e2e-secret-key' } }))
    const finished = await runCommand(['doctor'], withModel(newHome(), provider))
    expect(finished).toMatchObject({ code: 1, stderr: '' })
    expect(finished.stdout).toMatch(/Data +ok[\s\S]*Model +FAILED.*401.*OPENAI_API_KEY/)
    expect(finished.stdout).not.toContain('sk-e2e-secret-key')
  })

  it('ends with 1 when the model can not be reached or has no key', async () => {
    const baseUrl = 'http://127.0.0.1:1/v1'
    const unreachable = await runCommand(['doctor'], withModel(newHome(), { baseUrl }))
    expect(unreachable.code).toBe(1)
    expect(unreachable.stdout).toContain('127.0.0.1:1')
    const settings = { RECOLLECT_HOME: newHome(), RECOLLECT_MODEL: 'openai/gpt-4.1-mini' }
    const keyless = await runCommand(['doctor'], settings)
    expect(keyless.code).toBe(1)
    expect(keyless.stdout).toContain('OPENAI_API_KEY')
  })

  it('says whether the embedding model answers, how to fix it, and how much waits for it', async () => {
    const home = newHome()
    const environment = { ...withModel(home, provider), RECOLLECT_EMBEDDING: 'openai/scripted' }
    const vectorOf = (text: string) => [1, text.length]
    const refusal = fail(401, { error: { message: 'Bad key sk-e2e-secret-key' } })
    let embeds = false
    provider.respondWith((body) =>
      body.input ? (embeds ? embeddings(body, { vectorOf }) : refusal) : say('ready'),
    )
    const serving = await startServe(environment)
    const client = await connect('v2-auto', { kind: 'http', url: serving.url })
    const { agent } = (await client.call('create_agent')).data
    const texts = ['one', 'two', 'three']
    expect((await client.call('insert_archival', { agent: agent.id, texts })).data.count).toBe(3)
    await expect.poll(() => serving.errors(), PATIENT).toContain('embedding has to wait')
    await client.close()
    expect(await serving.stop()).toBe(0)
    expect(serving.errors()).not.toContain('sk-e2e-secret-key')

    const failing = await runCommand(['doctor'], environment)
    expect(failing).toMatchObject({ code: 0, stderr: '' })
    expect(failing.stdout).toMatch(/Embedding +FAILED: openai\/scripted.*401.*OPENAI_API_KEY/)
    expect(failing.stdout).toMatch(
      /0 embedded, 3 waiting \(found by keyword meanwhile\), 0 given up/,
    )
    expect(failing.stdout).not.toContain('sk-e2e-secret-key')

    embeds = true
    const { RECOLLECT_EMBEDDING, ...unset } = environment
    const works = await runCommand(['doctor'], unset)
    expect(works.stdout).toMatch(/Embedding +ok: openai\/scripted, 2 dimensions \(chosen/)
    const other = { ...withoutKey(home), RECOLLECT_EMBEDDING: 'mistral/mistral-embed' }
    const keyless = await runCommand(['doctor'], other)
    expect(keyless.stdout).toMatch(/Embedding +FAILED:.*MISTRAL_API_KEY/)
    const local = { ...withoutKey(newHome()), RECOLLECT_EMBEDDING: 'local/hash' }
    expect((await runCommand(['doctor'], local)).stdout).toMatch(/ok: local\/hash, 1024 dim/)
    const none = await runCommand(['doctor'], withoutKey(newHome()))
    expect(none.stdout).toMatch(/Embedding +none; search is by keyword/)
  }, 60_000)
})
