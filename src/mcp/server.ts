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
import type { Offer } from './offer.ts'
import { offerAt } from './offer-at.ts'
import { Question } from './person.ts'
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
  readonly readOnly?: boolean | undefined
  /** Id or name of the only agent that any client gets. */
  readonly agent?: string | undefined
}

/** One server per connection or request; they share nothing but the context. Over HTTP, the address chooses. */
export type ServerFactory = (request?: {
  readonly requestInfo?: { readonly url: string }
}) => Server

/** Our lists change with the program only, not with its data. */
const STATIC = { ttlMs: 300_000, cacheScope: 'public' } as const

export function createServerFactory({
  version,
  context: openContext,
  log,
  toolsets,
  readOnly = false,
  agent,
}: ServerOptions): ServerFactory {
  const whole: Offer = { toolsets, readOnly, agent }
  const contextOfAll = contextOf(whole, openContext)
  return (request) => {
    const offer = offerAt(request?.requestInfo?.url, whole)
    const context = offer.agent === whole.agent ? contextOfAll : contextOf(offer, openContext)
    const server = new Server(
      { name: 'recollect', title: 'Recollect', version },
      {
        capabilities: { tools: {}, resources: {}, prompts: {}, completions: {} },
        instructions: instructionsFor(offer),
        // A run may wait for approval many times, and a person takes his time.
        inputRequired: { maxRounds: 50 },
        cacheHints: {
          'tools/list': STATIC,
          'prompts/list': STATIC,
          'resources/templates/list': STATIC,
        },
      },
    )
    handleTools(server, context, log, offer)
    handleResources(server, context, log)
    handlePrompts(server, context, log, offer)
    handleCompletion(server, context, log)
    return server
  }
}

type Context = ServerOptions['context']

/** Which agent is meant is found out once; if that fails, the next request tries again. */
function contextOf({ agent }: Offer, context: Context): Context {
  if (agent === undefined) return context
  let pinning: Promise<McpContext> | undefined
  const pin = async () => {
    const { pinContext } = await import('./pin-context.ts')
    return pinContext(await context(), agent)
  }
  return () => {
    pinning ??= pin().catch((error: unknown) => {
      pinning = undefined
      throw error
    })
    return pinning
  }
}

function instructionsFor({ readOnly, agent }: Offer): string {
  const limited = [
    ...(agent === undefined ? [] : [PROMPTS['mcp-one-agent']]),
    ...(readOnly ? [PROMPTS['mcp-read-only']] : []),
  ]
  return limited.length === 0 ? PROMPTS['mcp-instructions'] : limited.join('\n\n')
}

function handleTools(server: Server, context: Context, log: Log, offer: Offer): void {
  server.setRequestHandler('tools/list', async () => {
    const { describeTool } = await import('./describe-tool.ts')
    const { offeredTools } = await import('./offer.ts')
    return { tools: offeredTools(offer).map(describeTool) }
  })
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
    const { callTool } = await import('./call-tool.ts')
    const { offeredTools } = await import('./offer.ts')
    const tools = offeredTools(offer)
    const tool = tools.find(({ name }) => name === params.name)
    if (tool === undefined) {
      const { nearest } = await import('./nearest.ts')
      const names = tools.map(({ name }) => name)
      const guess = nearest(params.name, names)
      const question = guess === undefined ? '' : ` Did you mean "${guess}"?`
      throw invalidParams(
        `There is no tool "${params.name}" here.${question} Tools: ${names.join(', ')}.`,
      )
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

function handlePrompts(server: Server, context: Context, log: Log, offer: Offer): void {
  server.setRequestHandler('prompts/list', async () => {
    const { offeredPrompts } = await import('./prompts/index.ts')
    const prompts = offeredPrompts(offer).map(({ write: _, arguments: args, ...about }) => ({
      ...about,
      arguments: args.map((argument) => ({ ...argument })),
    }))
    return { prompts }
  })
  server.setRequestHandler('prompts/get', ({ params }) =>
    answering(log, async () => {
      const { findPrompt } = await import('./prompts/index.ts')
      const { requireArguments } = await import('./prompts/define-prompt.ts')
      const prompt = findPrompt(params.name, offer)
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
