import type { Server } from '@modelcontextprotocol/server'
import type { Log } from '../core/log.ts'
import type { Toolset } from '../core/toolset.ts'
import { PROMPTS } from '../generated/prompts.ts'
import type { McpContext } from './context.ts'
import { handleRequests } from './handle-requests.ts'
import { createLive, type Feed, LIMITS, type LiveLimits } from './live/live.ts'
import { createPinnedFeeds } from './live/pinned-feeds.ts'
import type { Offer } from './offer.ts'
import { offerAt } from './offer-at.ts'
import { pushNotices } from './push-notices.ts'
import { createSeal } from './seal.ts'
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
  /** Over HTTP, the address chooses what is served. */
  (request?: {
    readonly requestInfo?: { readonly url: string }
    readonly notices?: Notices
  }): Server
  /** What tells the clients of that address of changes. */
  feedAt(url?: string): Feed
}

/** What a server has for its client. */
interface Served extends Pick<Serving, 'context'> {
  readonly surface: Surface
  readonly instructions: string
  readonly feed: Feed
}

const NO_NOTICES: Notices = { kind: 'none' }
/** Our lists change with the program only, not with its data. */
const STATIC = { ttlMs: 300_000, cacheScope: 'public' } as const

export function createServerFactory({
  toolsets,
  readOnly = false,
  agent,
  ...serving
}: ServerOptions): ServerFactory {
  const whole: Offer = { toolsets, readOnly, agent }
  const live = liveOptions(createSurface(whole), serving)
  const liveOfAll = createLive({ ...live, open: contextOf(whole, serving.context) })
  const feedOf = createPinnedFeeds(live)
  return factory(serving, (url) => {
    const offer = offerAt(url, whole)
    const shown = { surface: createSurface(offer), instructions: instructionsFor(offer) }
    if (offer.agent === whole.agent) {
      return { ...shown, context: liveOfAll.context, feed: liveOfAll }
    }
    const context = contextOf(offer, serving.context)
    return { ...shown, context, feed: feedOf(context) }
  })
}

/** Any surface, over our protocol. */
export function serveSurface(surface: Surface, serving: Serving): ServerFactory {
  const feed = createLive({ ...liveOptions(surface, serving), open: serving.context })
  const instructions = PROMPTS['mcp-instructions']
  return factory(serving, () => ({ surface, context: feed.context, instructions, feed }))
}

function liveOptions({ resources }: Surface, { log, liveLimits = LIMITS }: Serving) {
  return { resources, log, limits: liveLimits, tally: { watched: 0 } }
}

function factory(
  { version, log, context: opened }: Serving,
  servedAt: (url: string | undefined) => Served,
): ServerFactory {
  const seal = createSeal(async () => (await opened()).signingKey())
  const create = ({ requestInfo, notices = NO_NOTICES }: Parameters<ServerFactory>[0] = {}) => {
    const { surface, context, instructions, feed } = servedAt(requestInfo?.url)
    const resources = notices.kind === 'none' ? {} : { subscribe: true, listChanged: true }
    const server = new StrictServer(
      { name: 'recollect', title: 'Recollect', version },
      {
        capabilities: { tools: {}, resources, prompts: {}, completions: {} },
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
    if (notices.kind === 'pushed') pushNotices(server, feed, notices.ready, log)
    return server
  }
  return Object.assign(create, { feedAt: (url?: string) => servedAt(url).feed })
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
