import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type App, openApp } from '../../src/app/app.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { createServerFactory } from '../../src/mcp/serve/server.ts'
import { type HttpServing, serveOverHttp } from '../../src/mcp/transports/http.ts'
import { openToAll } from '../support/access.ts'
import { type Answered, callModern, type Rounds } from '../support/modern-calls.ts'
import { databaseOf, leaveDatabaseOf } from '../support/own-database.ts'

/** Recollect without a key, over HTTP, and clients that say on the wire what they like. */
export interface ClientWorld {
  readonly url: string
  call(name: string, args?: object, rounds?: Rounds): Promise<Answered>
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the shape that it asks for
  answer(name: string, args?: object, rounds?: Rounds): Promise<any>
  /** Brings the answer of the client's model to what the call before asked. */
  bring(args: object, before: Answered, answer: object, capabilities?: object): Promise<Answered>
  /** Id of an agent on the client's model. */
  create(fields?: object): Promise<string>
  human(agent: string): Promise<string>
  /** Stops, and starts again over the same data. */
  restart(): Promise<void>
  /** The address of one more Recollect on the same data. */
  another(): Promise<string>
  close(): Promise<void>
}

const log = () => undefined

export async function startClientWorld(
  settings: Readonly<Record<string, string>> = {},
): Promise<ClientWorld> {
  const home = await mkdtemp(join(tmpdir(), 'recollect-client-'))
  const config = readConfig(
    {},
    { RECOLLECT_HOME: home, ...databaseOf(home), OLLAMA_HOST: '127.0.0.1:1', ...settings },
  )
  const running: (readonly [App, HttpServing])[] = []
  const start = async () => {
    const app = await openApp(config, log)
    const factory = createServerFactory({
      toolsets: ['core', 'admin'],
      version: '1.2.3',
      context: async () => app.context,
      log,
    })
    const serving = await serveOverHttp(factory, {
      host: '127.0.0.1',
      port: 0,
      version: '1.2.3',
      authenticate: openToAll,
      log,
    })
    running.push([app, serving])
    return serving.url
  }
  const stop = async () => {
    for (const [app, serving] of running.splice(0)) {
      await serving.close()
      await app.close()
    }
  }
  let url = await start()
  const world: ClientWorld = {
    get url() {
      return url
    },
    call: (name, args = {}, rounds) => callModern(url, name, args, rounds),
    async answer(name, args, rounds) {
      const { data, isError, error } = await world.call(name, args, rounds)
      expect(error).toBeUndefined()
      expect(isError, JSON.stringify(data)).toBe(false)
      return data
    },
    bring: (args, { requestState }, answer, capabilities) =>
      world.call('send_message', args, {
        requestState,
        inputResponses: { model: answer },
        ...(capabilities && { capabilities }),
      }),
    async create(fields = {}) {
      return (
        await world.answer('create_agent', { model: 'client/sampling', human: '', ...fields })
      ).agent.id
    },
    async human(agent) {
      return (await world.answer('read_memory', { agent, label: 'human' })).blocks[0].value
    },
    async restart() {
      await stop()
      url = await start()
    },
    another: start,
    async close() {
      await stop()
      leaveDatabaseOf(home)
      await rm(home, { recursive: true })
    },
  }
  return world
}
