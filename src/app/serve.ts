import type { Gate } from '../auth/gate.ts'
import type { OAuthSettings } from '../auth/oauth-settings.ts'
import type { Tokens } from '../auth/tokens.ts'
import type { Config } from '../config/config.ts'
import type { Access, TokenCheck } from '../core/access.ts'
import type { Authenticate } from '../core/authenticate.ts'
import { systemClock } from '../core/clock.ts'
import type { RunId } from '../core/ids.ts'
import { describeError, type Log } from '../core/log.ts'
import { VERSION } from '../core/version.ts'
import { answerJson } from '../http/answers.ts'
import type { Door } from '../http/door.ts'
import { isLoopback } from '../http/guard.ts'
import type { OpenDoor } from '../http/open-door.ts'
import { createServerFactory, type ServerOptions, type Serving } from '../mcp/serve/server.ts'
import type { HttpServing } from '../mcp/transports/http.ts'
import type { HttpOptions } from '../mcp/transports/http-options.ts'
import type { StdioServing } from '../mcp/transports/stdio.ts'
import { errorBody as openaiError } from '../openai-door/error-body.ts'
import type { McpContext } from '../service/context.ts'
import type { Storage } from '../storage/port/store.ts'

export type ServeOptions = Pick<ServerOptions, 'toolsets' | 'readOnly' | 'agent' | 'log'>

/** MCP over stdin and stdout. `context` is called by the first request that needs it. */
export async function serveStdio(
  context: () => Promise<McpContext>,
  options: ServeOptions,
): Promise<StdioServing> {
  const { serveOverStdio } = await import('../mcp/transports/stdio.ts')
  const factory = createServerFactory({ ...options, version: VERSION, context, page: readPage })
  return serveOverStdio(factory, options.log)
}

/** Bearer tokens in an opened database. */
export async function openTokens(storage: Pick<Storage, 'tokens'>, log: Log): Promise<Tokens> {
  const { createTokens } = await import('../auth/tokens.ts')
  return createTokens({
    store: storage.tokens,
    clock: systemClock,
    onError: (error) =>
      log('debug', 'that a token was used was not written down', { error: describeError(error) }),
  })
}

/** Authentication for HTTP on that host: RECOLLECT_TOKEN, stored tokens, and tokens of the issuer. */
export async function openGate(
  { token, namespace, oauth }: Pick<Config, 'token' | 'namespace' | 'oauth'>,
  { storage, host, log }: GateParts,
): Promise<Gate> {
  const { createGate } = await import('../auth/gate.ts')
  const { check } = await openTokens(storage, log)
  return createGate({
    token,
    namespace,
    isLoopback: isLoopback(host),
    stored: { any: storage.tokens.any, check },
    more: oauth ? [await openJwtCheck(oauth, namespace, log)] : [],
  })
}

interface GateParts {
  readonly storage: Pick<Storage, 'tokens'>
  readonly host: string
  readonly log: Log
}

/** MCP over HTTP. Throws a UserError if the port cannot be bound. */
export async function serveHttp(
  context: Serving['context'],
  options: ServeOptions &
    Omit<
      HttpOptions,
      'version' | 'check' | 'doors' | 'openDoors' | 'protectedResource' | 'asksForScope'
    > &
    Partial<Pick<Config, 'oauth'>>,
): Promise<HttpServing> {
  const { serveOverHttp } = await import('../mcp/transports/http.ts')
  const { createAddressCheck } = await import('../mcp/serve/check-address.ts')
  const factory = createServerFactory({ ...options, version: VERSION, context, page: readPage })
  const check = createAddressCheck(context, options.agent)
  const { oauth, agent, readOnly = false, log } = options
  const open = createOpen(context, agent)
  return serveOverHttp(factory, {
    ...options,
    doors: createDoors({ open, readOnly, log }),
    version: VERSION,
    check,
    openDoors: [await openPageDoor(options.authenticate)],
    ...(oauth && {
      protectedResource: oauth,
      asksForScope: (await import('../auth/claims.ts')).isOfIssuer,
    }),
  })
}

async function openPageDoor(authenticate: Authenticate): Promise<OpenDoor> {
  const { createPageDoor } = await import('../page/door.ts')
  return createPageDoor({ page: readPage, authenticate })
}

let pageFile: (() => Promise<string>) | undefined

/** The page is read from disk by the first request for it. */
async function readPage(): Promise<string> {
  pageFile ??= (await import('../page/page-file.ts')).createPageFile()
  return pageFile()
}

type Open = (access: Access) => Promise<McpContext>

/** The context of a caller, limited to the one agent of the server if there is one. */
function createOpen(context: Serving['context'], agent: string | undefined): Open {
  return async ({ namespace }) => {
    const found = await context(namespace)
    // Defence in depth: never serve one namespace's data to a caller of another.
    if (found.namespace !== namespace) throw new Error(`asked for ${namespace}, got another`)
    if (agent === undefined) return found
    const { pinContext } = await import('../service/pin-context.ts')
    return pinContext(found, agent)
  }
}

/** Letta's REST and OpenAI's chat completions, each loaded at its first request. */
function createDoors(options: {
  readonly open: Open
  readonly readOnly: boolean
  readonly log: Log
}): readonly Door[] {
  const remembered = new Map<string, RunId>()
  const letta: Door = {
    owns: (path) => path === '/v1' || path.startsWith('/v1/'),
    refuse: (response, status, detail) => answerJson(response, status, { detail }),
    async serve(request, response, caller) {
      const { serveLetta } = await import('../rest/letta-door.ts')
      await serveLetta(request, response, caller, { ...options, remembered })
    },
  }
  const openai: Door = {
    owns: (path) => path === '/openai/v1' || path.startsWith('/openai/v1/'),
    refuse: (response, status, message) =>
      answerJson(response, status, openaiError(status, message)),
    async serve(request, response, caller) {
      const { serveOpenai } = await import('../openai-door/openai-door.ts')
      await serveOpenai(request, response, caller, { ...options, remembered })
    },
  }
  return [letta, openai]
}

async function openJwtCheck(
  oauth: OAuthSettings,
  namespace: string,
  log: Log,
): Promise<TokenCheck> {
  const { createJwtCheck } = await import('../auth/jwt.ts')
  return createJwtCheck(oauth, namespace, log)
}
