import { randomBytes } from 'node:crypto'
import { createRequestStateCodec, type Server } from '@modelcontextprotocol/server'
import type { Log } from '../core/log.ts'
import type { Toolset } from '../core/toolset.ts'
import { PROMPTS } from '../generated/prompts.ts'
import type { McpContext } from './context.ts'
import { handleRequests, type Seal } from './handle-requests.ts'
import type { Offer } from './offer.ts'
import { offerAt } from './offer-at.ts'
import { StrictServer } from './strict-server.ts'
import { createSurface, type Surface } from './surface.ts'

export interface ServerOptions extends Serving {
  readonly toolsets: readonly Toolset[]
  readonly readOnly?: boolean | undefined
  /** Id or name of the only agent that any client gets. */
  readonly agent?: string | undefined
}

export interface Serving {
  readonly version: string
  /** Opens the store on first use. Rejects with UserError if that fails; the server then answers so and stays up. */
  readonly context: () => Promise<McpContext>
  readonly log: Log
}

/** One server per connection or request; they share nothing but the context. Over HTTP, the address chooses. */
export type ServerFactory = (request?: {
  readonly requestInfo?: { readonly url: string }
}) => Server

/** What a server has for its client. */
interface Served extends Pick<Serving, 'context'> {
  readonly surface: Surface
  readonly instructions: string
}

/** Our lists change with the program only, not with its data. */
const STATIC = { ttlMs: 300_000, cacheScope: 'public' } as const
/** A person takes his time to answer. */
const ANSWER_SECONDS = 24 * 3_600

export function createServerFactory({
  toolsets,
  readOnly = false,
  agent,
  ...serving
}: ServerOptions): ServerFactory {
  const whole: Offer = { toolsets, readOnly, agent }
  const contextOfAll = contextOf(whole, serving.context)
  return factory(serving, (url) => {
    const offer = offerAt(url, whole)
    return {
      surface: createSurface(offer),
      context: offer.agent === whole.agent ? contextOfAll : contextOf(offer, serving.context),
      instructions: instructionsFor(offer),
    }
  })
}

/** Any surface, over our protocol. */
export function serveSurface(surface: Surface, serving: Serving): ServerFactory {
  const { context } = serving
  return factory(serving, () => ({ surface, context, instructions: PROMPTS['mcp-instructions'] }))
}

function factory(
  { version, log }: Serving,
  servedAt: (url: string | undefined) => Served,
): ServerFactory {
  // What is put aside goes through the client's hands and comes back to another server of this process.
  const seal: Seal = createRequestStateCodec({ key: randomBytes(32), ttlSeconds: ANSWER_SECONDS })
  return (request) => {
    const { surface, context, instructions } = servedAt(request?.requestInfo?.url)
    const server = new StrictServer(
      { name: 'recollect', title: 'Recollect', version },
      {
        capabilities: { tools: {}, resources: {}, prompts: {}, completions: {} },
        instructions,
        requestState: { verify: seal.verify },
        // A run may wait for approval many times, and a person takes his time.
        inputRequired: { maxRounds: 50 },
        cacheHints: {
          'tools/list': STATIC,
          'prompts/list': STATIC,
          'resources/templates/list': STATIC,
        },
      },
    )
    handleRequests(server, { surface, context, log, seal })
    return server
  }
}

/** Which agent is meant is found out once; if that fails, the next request tries again. */
function contextOf({ agent }: Offer, context: Serving['context']): Serving['context'] {
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
