import {
  inputRequired,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server'
import type { Caller } from '../../core/access.ts'
import { UserError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import type { McpContext } from '../../service/context.ts'
import { NOTE, THINKING, type ToolRequest } from '../call/define-tool.ts'
import { requireScope } from '../call/require-scope.ts'
import { rpcError } from '../call/rpc-error.ts'
import { callingClient, capabilitiesOf } from '../client/calling-client.ts'
import { InputNeeded } from '../client/client-input.ts'
import type { Prompt } from '../prompts/define-prompt.ts'
import type { Seal } from './seal.ts'
import type { Surface } from './surface.ts'

/*
 * Request handlers of an MCP server. Every stdio client starts a process and waits for `initialize`, so tools,
 * resources, prompts and the context are loaded by the first request that needs them.
 */

/** Every answer is an object; the SDK looks at nothing else of the schema. */
const ANSWER = { type: 'object' }

export interface Handling {
  readonly surface: Surface
  /** Anything beyond its scopes is neither listed nor allowed. */
  readonly caller: Caller
  readonly context: () => Promise<McpContext>
  readonly log: Log
  /** Seals the state that travels with the client between rounds. */
  readonly seal: Seal
  readonly page: (() => Promise<string>) | undefined
}

export function handleRequests(server: Server, handling: Handling): void {
  handleTools(server, handling)
  handleResources(server, handling)
  handlePrompts(server, handling)
  handleCompletion(server, handling)
}

function handleTools(server: Server, { surface, caller, context, log, seal }: Handling): void {
  server.setRequestHandler('tools/list', async (_, { mcpReq }) => {
    const tools = await surface.listTools(caller.scopes)
    const { showsApps, withApp } = await import('./app-view.ts')
    return { tools: showsApps(capabilitiesOf(server, mcpReq)) ? [...withApp(tools)] : [...tools] }
  })
  server.setRequestHandler('tools/call', async ({ params }, request) => {
    const { mcpReq } = request
    const { callTool } = await import('../call/call-tool.ts')
    const { personBehind } = await import('../client/person.ts')
    const tool = await surface.tool(params.name)
    if (tool === undefined) {
      const { nearest } = await import('../../core/nearest.ts')
      const names = (await surface.listTools(caller.scopes)).map(({ name }) => name)
      const guess = nearest(params.name, names)
      const question = guess === undefined ? '' : ` Did you mean "${guess}"?`
      throw invalidParams(
        `There is no tool "${params.name}" here.${question} Tools: ${names.join(', ')}.`,
      )
    }
    const client = callingClient(server, mcpReq)
    const call = { ...toolCall(mcpReq, log), caller, client, person: personBehind(client) }
    const result = await callTool(tool, params.arguments, context, call, log)
    if (result instanceof InputNeeded) return askClient(result, seal, request)
    return server.projectCallToolResult({ ...result }, ANSWER)
  })
}

function toolCall(
  { signal, notify, _meta }: ServerContext['mcpReq'],
  log: Log,
): Omit<ToolRequest, 'caller'> {
  const progressToken = _meta?.progressToken
  let progress = 0
  return {
    signal,
    wantsProgress: progressToken !== undefined,
    wantsThinking: _meta?.[THINKING] === true,
    progress(message, kind) {
      if (progressToken === undefined || signal.aborted) return
      progress += 1
      const about = kind === undefined ? {} : { _meta: { [NOTE]: kind } }
      const params = { progressToken, progress, message, ...about }
      // If the caller has disconnected, the tool still goes on.
      notify({ method: 'notifications/progress', params }).catch((error: unknown) =>
        log('debug', 'a progress notification was not delivered', { error: String(error) }),
      )
    },
  }
}

/** Ends the request; the client sends it again with the answers. */
async function askClient({ requests, putAside }: InputNeeded, seal: Seal, request: ServerContext) {
  return inputRequired({
    inputRequests: requests,
    ...(putAside !== undefined && { requestState: await seal.mint(putAside, request) }),
  })
}

function handleResources(server: Server, { surface, caller, context, log, page }: Handling): void {
  const mayRead = caller.scopes.has('read')
  server.setRequestHandler('resources/list', ({ params }, { mcpReq }) =>
    answering(log, async () => {
      if (!mayRead) return { resources: [] }
      const found = await surface.listResources(await context(), params?.cursor)
      const { resources, ...rest } = found
      const { listedApp, showsApps } = await import('./app-view.ts')
      const isFirst = params?.cursor === undefined
      const app = isFirst && showsApps(capabilitiesOf(server, mcpReq)) ? [listedApp()] : []
      return { resources: [...app, ...resources], ...rest }
    }),
  )
  server.setRequestHandler('resources/templates/list', async () => {
    const { templatesIn } = await import('../resources/define-resource.ts')
    const found = mayRead ? templatesIn(await surface.resources()) : []
    const resourceTemplates = found.map(({ uri, read: _, ...about }) => ({
      uriTemplate: uri,
      ...about,
    }))
    return { resourceTemplates }
  })
  server.setRequestHandler('resources/read', async ({ params: { uri } }) => {
    const { APP_URI, readApp } = await import('./app-view.ts')
    if (uri === APP_URI) return answering(log, () => readApp(page))
    const { findResource, namesNothing } = await import('../resources/define-resource.ts')
    const found = findResource(await surface.resources(), uri)
    if (found === undefined || namesNothing(found.variables)) throw new ResourceNotFoundError(uri)
    const { resource, variables } = found
    try {
      requireScope(caller.scopes, 'read')
      const value = await resource.read(variables, await context())
      const about = { uri, mimeType: resource.mimeType }
      if (typeof value === 'string') return { contents: [{ ...about, text: value }] }
      return { contents: [{ ...about, blob: Buffer.from(value).toString('base64') }] }
    } catch (error) {
      if (error instanceof UserError && error.code === 'not_found') {
        throw new ResourceNotFoundError(uri, error.message)
      }
      throw toProtocolError(error, log)
    }
  })
}

function handlePrompts(server: Server, handling: Handling): void {
  const { surface, caller, context, log, seal } = handling
  server.setRequestHandler('prompts/list', async () => {
    const offered = caller.scopes.has('read') ? await surface.prompts() : []
    const prompts = offered.map(({ write: _, arguments: args, ...about }) => ({
      ...about,
      arguments: args.map(({ limit: _, ...argument }) => argument),
    }))
    return { prompts }
  })
  server.setRequestHandler('prompts/get', ({ params }, request) =>
    answering(log, async () => {
      requireScope(caller.scopes, 'read')
      const { requireArguments, toMessages } = await import('../prompts/define-prompt.ts')
      const prompt = await findPrompt(surface, params.name)
      const args = requireArguments(prompt, params.arguments ?? {})
      try {
        const written = await prompt.write(
          args,
          await context(),
          callingClient(server, request.mcpReq),
        )
        return { description: prompt.description, messages: toMessages(written) }
      } catch (error) {
        if (error instanceof InputNeeded) return askClient(error, seal, request)
        throw error
      }
    }),
  )
}

async function findPrompt(surface: Surface, name: string): Promise<Prompt> {
  const found = (await surface.prompts()).find((prompt) => prompt.name === name)
  if (found === undefined) throw invalidParams(`There is no prompt "${name}".`)
  return found
}

function handleCompletion(server: Server, { surface, caller, context, log }: Handling): void {
  server.setRequestHandler('completion/complete', ({ params: { ref, argument, context: known } }) =>
    answering(log, async () => {
      requireScope(caller.scopes, 'read')
      await checkReference(surface, ref)
      const values = await surface.complete(
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

async function checkReference(surface: Surface, reference: Reference): Promise<void> {
  if (reference.type === 'ref/prompt') {
    await findPrompt(surface, reference.name)
    return
  }
  const { templatesIn } = await import('../resources/define-resource.ts')
  if (templatesIn(await surface.resources()).some(({ uri }) => uri === reference.uri)) return
  throw invalidParams(`There is no resource template "${reference.uri}".`)
}

async function answering<T>(log: Log, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw toProtocolError(error, log)
  }
}

/** Requests without error results of their own get the same sentence as a JSON-RPC error. */
function toProtocolError(error: unknown, log: Log): ProtocolError {
  if (error instanceof ProtocolError) return error
  const { code, message, data } = rpcError(error, log)
  return new ProtocolError(code, message, data)
}

function invalidParams(message: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message)
}
