import { AjvJsonSchemaValidator } from '@modelcontextprotocol/client/validators/ajv'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { type Gate, startGate } from '../agent/gate.ts'
import {
  type CallResult,
  CLIENT_KINDS,
  type Connection,
  connect,
  type ServeProcess,
  startServe,
} from '../support/connect.ts'
import {
  callTool,
  type ScriptedProvider,
  startScriptedProvider,
} from '../support/scripted-provider.ts'
import { expectSentences, newHome, removeHomes, withModel } from './support.ts'

/** One kind of client over one transport, with the model behind its server. */
export interface Cell {
  /** " of <kind> over <transport>": what tells its agents from those of others. */
  readonly suffix: string
  readonly client: Connection
  readonly provider: ScriptedProvider
  readonly gate: Gate
  /** Any result, after a look whether it keeps its outputSchema. */
  call(tool: string, args?: object): Promise<CallResult>
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the shape that it asks for
  answer(tool: string, args?: object): Promise<any>
  refusal(tool: string, args: object): Promise<{ readonly code: string; readonly message: string }>
  /** Id of a new agent. */
  create(name: string): Promise<string>
}

interface ListedTool {
  readonly name: string
  readonly outputSchema?: Readonly<Record<string, unknown>>
}

const MATRIX = CLIENT_KINDS.flatMap((kind) =>
  (['stdio', 'http'] as const).map((transport) => [kind, transport] as const),
)

export function speak(message: string) {
  return callTool('send_message', { message })
}

/** The tests, for each kind of client over each transport, with the built program. */
export function describeMatrix(tests: (cell: Cell) => void): void {
  let provider: ScriptedProvider
  let gate: Gate
  let serving: ServeProcess

  beforeAll(async () => {
    provider = await startScriptedProvider()
    gate = await startGate(provider.baseUrl)
    serving = await startServe(withModel(newHome(), gate))
  })
  afterAll(async () => {
    gate.release()
    expect(await serving.stop()).toBe(0)
    expect(serving.errors()).not.toContain('"level":"error"')
    await gate.close()
    await provider.close()
    removeHomes()
  })

  describe.each(MATRIX)('a %s client over %s', (kind, transport) => {
    let client: Connection
    let validators: ReadonlyMap<string, (data: unknown) => { readonly valid: boolean }>
    const suffix = ` of ${kind} over ${transport}`

    beforeAll(async () => {
      client = await connect(
        kind,
        transport === 'http'
          ? { kind: 'http', url: serving.url }
          : { kind: 'stdio', environment: withModel(newHome(), gate) },
      )
      const ajv = new AjvJsonSchemaValidator()
      const tools: readonly ListedTool[] = await client.tools()
      validators = new Map(
        tools.map(({ name, outputSchema = {} }) => [name, ajv.getValidator(outputSchema)]),
      )
    })
    afterAll(() => client.close())

    const cell: Cell = {
      suffix,
      get client() {
        return client
      },
      get provider() {
        return provider
      },
      get gate() {
        return gate
      },
      async call(tool, args = {}) {
        const result = await client.call(tool, args)
        const { valid, ...problem } = validators.get(tool)?.(result.data) ?? { valid: false }
        const problems = JSON.stringify(problem)
        expect(valid, `${tool} answers as its outputSchema says: ${problems}`).toBe(true)
        return result
      },
      async answer(tool, args = {}) {
        const result = await cell.call(tool, args)
        expect(result.isError, result.text).toBe(false)
        expect(JSON.parse(result.text), `content of ${tool}`).toEqual(result.data)
        expect(result.data).not.toHaveProperty('error')
        return result.data
      },
      async refusal(tool, args) {
        const result = await cell.call(tool, args)
        expect(result.isError).toBe(true)
        expectSentences(result.text)
        expect(result.text).toBe(result.data.error.message)
        return result.data.error
      },
      async create(name) {
        return (await cell.answer('create_agent', { name: `${name}${suffix}` })).agent.id
      },
    }
    tests(cell)
  })
}
