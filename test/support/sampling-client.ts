import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as OldStdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport as OldHttpClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import {
  CallToolResultSchema,
  CreateMessageRequestSchema,
  ElicitRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { BINARY, type CallResult, type ClientKind, type Environment } from './connect.ts'

/* Clients that offer a model of their own, which a script answers for. */

/** A sampling request, as the client's model gets it. */
// biome-ignore lint/suspicious/noExplicitAny: each test knows the shape that it asks for
export type Asked = any

export interface SamplingOptions {
  readonly kind: ClientKind
  readonly target: { readonly url: string } | { readonly environment: Environment }
  /** The sampling capability that it declares; undefined: none. */
  readonly sampling?: object | undefined
  readonly model: (asked: Asked) => object | Promise<object>
  /** The person's answer to every question; absent: nobody can be asked. */
  readonly person?: () => object
}

export interface SamplingClient {
  readonly asked: readonly Asked[]
  call(name: string, args?: object, signal?: AbortSignal): Promise<CallResult>
  close(): Promise<void>
}

const INFO = { name: 'recollect-sampling', version: '0.0.0' }
const PATIENCE_MILLISECONDS = 30_000

export async function openSampling(options: SamplingOptions): Promise<SamplingClient> {
  const { kind, target, sampling, model, person } = options
  const asked: Asked[] = []
  const answer = async (params: Asked) => {
    asked.push(params)
    return (await model(params)) as never
  }
  const capabilities = { ...(sampling && { sampling }), ...(person && { elicitation: {} }) }
  if (kind === 'v1') {
    const client = new OldClient(INFO, { capabilities })
    if (sampling)
      client.setRequestHandler(CreateMessageRequestSchema, ({ params }) => answer(params))
    if (person) client.setRequestHandler(ElicitRequestSchema, async () => person() as never)
    const transport =
      'url' in target
        ? new OldHttpClientTransport(new URL(target.url))
        : new OldStdioClientTransport(command(target.environment))
    // The v1 types do not know exactOptionalPropertyTypes.
    await client.connect(transport as Parameters<OldClient['connect']>[0])
    return {
      asked,
      call: async (name, args = {}, signal) =>
        resultOf(
          await client.callTool({ name, arguments: { ...args } }, CallToolResultSchema, {
            timeout: PATIENCE_MILLISECONDS,
            ...(signal && { signal }),
          }),
        ),
      close: () => client.close(),
    }
  }
  const mode = kind === 'v2-auto' ? 'auto' : 'legacy'
  const client = new Client(INFO, { capabilities, versionNegotiation: { mode } })
  if (sampling) client.setRequestHandler('sampling/createMessage', ({ params }) => answer(params))
  if (person) client.setRequestHandler('elicitation/create', async () => person() as never)
  await client.connect(
    'url' in target
      ? new StreamableHTTPClientTransport(new URL(target.url))
      : new StdioClientTransport(command(target.environment)),
  )
  return {
    asked,
    call: async (name, args = {}, signal) =>
      resultOf(
        await client.callTool(
          { name, arguments: { ...args } },
          { timeout: PATIENCE_MILLISECONDS, ...(signal && { signal }) },
        ),
      ),
    close: () => client.close(),
  }
}

function command(environment: Environment) {
  return {
    command: process.execPath,
    args: [BINARY, 'stdio'],
    env: { PATH: process.env.PATH ?? '', ...environment },
    stderr: 'inherit' as const,
  }
}

function resultOf(result: object): CallResult {
  const content: unknown = Reflect.get(result, 'content')
  const blocks: readonly { readonly text?: unknown }[] = Array.isArray(content) ? content : []
  return {
    isError: Reflect.get(result, 'isError') === true,
    text: blocks.map(({ text }) => String(text ?? '')).join('\n'),
    data: Reflect.get(result, 'structuredContent'),
  }
}

let count = 0

/** As a client's model calls a tool. */
export function use(name: string, input: object) {
  count += 1
  return {
    role: 'assistant',
    model: 'scripted',
    stopReason: 'toolUse',
    content: [{ type: 'tool_use', id: `use-${count}`, name, input: { thinking: 'So.', ...input } }],
  }
}

export function words(text: string, stopReason = 'endTurn') {
  return { role: 'assistant', model: 'scripted', stopReason, content: { type: 'text', text } }
}

/** How many tools were called in what the model is shown. */
export function callsIn(asked: Asked, name: string): number {
  return asked.messages
    .flatMap((message: Asked) => [message.content].flat())
    .filter((block: Asked) => block.type === 'tool_use' && block.name === name).length
}

/** A model that notes eleven facts, one a step, and speaks in the twelfth. */
export function twelveSteps(asked: Asked) {
  const noted = callsIn(asked, 'core_memory_append')
  return noted < 11
    ? use('core_memory_append', {
        label: 'human',
        content: `Fact ${noted + 1}.`,
        request_heartbeat: true,
      })
    : use('send_message', { message: 'All eleven facts are noted.' })
}
