import {
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  Server,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { UserError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import type { Toolset } from '../core/toolset.ts'
import { PROMPTS } from '../generated/prompts.ts'
import { ask, personBehind } from './ask-person.ts'
import type { McpContext } from './context.ts'
import type { ToolCall } from './define-tool.ts'
import { createLive, type Live, type LiveLimits } from './live/live.ts'
import { Question } from './person.ts'
import { pushNotices } from './push-notices.ts'
import { toUserError } from './to-result.ts'

/*
 * The one file, with the transports, that knows the SDK. Every stdio client starts a process of ours and waits for
 * `initialize`, so tools, resources and prompts are loaded by the first request that needs them, and the context is
 * asked for only then.
 */

export interface ServerOptions {
  readonly version: string
  /** Opens the store on first use. Rejects with UserError if that fails; the server then answers so and stays up. */
  readonly context: () => Promise<McpContext>
  readonly log: Log
  readonly toolsets: readonly Toolset[]
  readonly liveLimits?: LiveLimits
}

/** How the client of a server is told of changes. */
export type Notices =
  /** Not at all: a request without a connection. */
  | { readonly kind: 'none' }
  /** Asked for with `subscriptions/listen`, which the transport serves. */
  | { readonly kind: 'listened' }
  /** Asked for with `resources/subscribe`; `ready` resolves when the client can be told something. */
  | { readonly kind: 'pushed'; readonly ready: () => Promise<void> }

/** One server per connection or request; they share nothing but the context and what listens to it. */
export interface ServerFactory {
  (connection?: { readonly notices?: Notices }): Server
  readonly live: Live
}

const NO_NOTICES: Notices = { kind: 'none' }
/** Our lists change with the program only, not with its data. */
const STATIC = { ttlMs: 300_000, cacheScope: 'public' } as const

export function createServerFactory({
  version,
  context: open,
  log,
  toolsets,
  liveLimits,
}: ServerOptions): ServerFactory {
  const live = createLive(open, log, liveLimits)
  const { context } = live
  const create = ({ notices = NO_NOTICES }: { readonly notices?: Notices } = {}) => {
    const resources = notices.kind === 'none' ? {} : { subscribe: true, listChanged: true }
    const server = new Server(
      { name: 'recollect', title: 'Recollect', version },
      {
        capabilities: { tools: {}, resources, prompts: {}, completions: {} },
        instructions: PROMPTS['mcp-instructions'],
        // A run may wait for approval many times, and a person takes his time.
        inputRequired: { maxRounds: 50 },
        cacheHints: {
          'tools/list': STATIC,
          'prompts/list': STATIC,
          'resources/templates/list': STATIC,
        },
      },
    )
    handleTools(server, context, log, toolsets)
    handleResources(server, context, log)
    handlePrompts(server, context, log)
    handleCompletion(server, context, log)
    if (notices.kind === 'pushed') pushNotices(server, live, notices.ready, log)
    return server
  }
  return Object.assign(create, { live })
}

type Context = ServerOptions['context']

function handleTools(
  server: Server,
  context: Context,
  log: Log,
  toolsets: readonly Toolset[],
): void {
  server.setRequestHandler('tools/list', async () => {
    const { describeTool } = await import('./describe-tool.ts')
    const { toolsOf } = await import('./tools/index.ts')
    return { tools: toolsOf(toolsets).map(describeTool) }
  })
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
    const { callTool } = await import('./call-tool.ts')
    const { toolsOf } = await import('./tools/index.ts')
    const tools = toolsOf(toolsets)
    const tool = tools.find(({ name }) => name === params.name)
    if (tool === undefined) {
      const names = tools.map(({ name }) => name).join(', ')
      throw invalidParams(`There is no tool "${params.name}". Tools: ${names}.`)
    }
    const call = { ...toolCall(mcpReq, log), person: personBehind(server, mcpReq) }
    const result = await callTool(tool, params.arguments, context, call, log)
    if (result instanceof Question) return ask(result)
    const { outputSchema } = await import('./json-schema.ts')
    return server.projectCallToolResult({ ...result }, outputSchema(tool.output))
  })
}

function toolCall({ signal, notify, _meta }: ServerContext['mcpReq'], log: Log): ToolCall {
  const progressToken = _meta?.progressToken
  let progress = 0
  return {
    signal,
    progress(message) {
      if (progressToken === undefined || signal.aborted) return
      progress += 1
      const params = { progressToken, progress, message }
      // A caller that is gone by now is no reason to stop.
      notify({ method: 'notifications/progress', params }).catch((error: unknown) =>
        log('debug', 'a progress notification was not delivered', { error: String(error) }),
      )
    },
  }
}

function handleResources(server: Server, context: Context, log: Log): void {
  server.setRequestHandler('resources/list', ({ params }) =>
    answering(log, async () => {
      const { listResources } = await import('./resources/list-resources.ts')
      const { resources, ...rest } = await listResources(await context(), params?.cursor)
      return { resources: [...resources], ...rest }
    }),
  )
  server.setRequestHandler('resources/templates/list', async () => {
    const { TEMPLATES } = await import('./resources/index.ts')
    const resourceTemplates = TEMPLATES.map(({ uri, read: _, ...about }) => ({
      uriTemplate: uri,
      ...about,
    }))
    return { resourceTemplates }
  })
  server.setRequestHandler('resources/read', async ({ params: { uri } }) => {
    const { findResource } = await import('./resources/index.ts')
    const found = findResource(uri)
    if (found === undefined) throw new ResourceNotFoundError(uri)
    const { resource, variables } = found
    try {
      const text = await resource.read(variables, await context())
      return { contents: [{ uri, mimeType: resource.mimeType, text }] }
    } catch (error) {
      if (error instanceof UserError && error.code === 'not_found') {
        throw new ResourceNotFoundError(uri, error.message)
      }
      throw toProtocolError(error, log)
    }
  })
}

function handlePrompts(server: Server, context: Context, log: Log): void {
  server.setRequestHandler('prompts/list', async () => {
    const { ALL_PROMPTS } = await import('./prompts/index.ts')
    const prompts = ALL_PROMPTS.map(({ write: _, arguments: args, ...about }) => ({
      ...about,
      arguments: args.map((argument) => ({ ...argument })),
    }))
    return { prompts }
  })
  server.setRequestHandler('prompts/get', ({ params }) =>
    answering(log, async () => {
      const { findPrompt } = await import('./prompts/index.ts')
      const { requireArguments } = await import('./prompts/define-prompt.ts')
      const prompt = findPrompt(params.name)
      if (prompt === undefined) throw invalidParams(`There is no prompt "${params.name}".`)
      const args = requireArguments(prompt, params.arguments ?? {})
      const text = await prompt.write(args, await context())
      return {
        description: prompt.description,
        messages: [{ role: 'user' as const, content: { type: 'text' as const, text } }],
      }
    }),
  )
}

function handleCompletion(server: Server, context: Context, log: Log): void {
  server.setRequestHandler('completion/complete', ({ params: { ref, argument, context: known } }) =>
    answering(log, async () => {
      const { complete } = await import('./complete.ts')
      await checkReference(ref)
      const values = await complete(
        argument.name,
        argument.value,
        known?.arguments ?? {},
        await context(),
      )
      return { completion: { values: [...values], total: values.length, hasMore: false } }
    }),
  )
}

type Reference =
  | { readonly type: 'ref/prompt'; readonly name: string }
  | { readonly type: 'ref/resource'; readonly uri: string }

async function checkReference(reference: Reference): Promise<void> {
  if (reference.type === 'ref/prompt') {
    const { findPrompt } = await import('./prompts/index.ts')
    if (findPrompt(reference.name) !== undefined) return
    throw invalidParams(`There is no prompt "${reference.name}".`)
  }
  const { TEMPLATES } = await import('./resources/index.ts')
  if (TEMPLATES.some(({ uri }) => uri === reference.uri)) return
  throw invalidParams(`There is no resource template "${reference.uri}".`)
}

async function answering<T>(log: Log, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw toProtocolError(error, log)
  }
}

/** Where the protocol has no error results, the same sentence goes out as a JSON-RPC error. */
function toProtocolError(error: unknown, log: Log): ProtocolError {
  if (error instanceof ProtocolError) return error
  const { code, message } = toUserError(error, log)
  const callers = code === 'not_found' || code === 'invalid_argument'
  const number = callers ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError
  return new ProtocolError(number, message, { code })
}

function invalidParams(message: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message)
}
