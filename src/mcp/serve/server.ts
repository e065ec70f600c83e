import type { Server } from '@modelcontextprotocol/server'
import { type Access, SCOPES } from '../../core/access.ts'
import { keepKey } from '../../core/keep-key.ts'
import type { Log } from '../../core/log.ts'
import type { Toolset } from '../../core/toolset.ts'
import { PROMPTS } from '../../generated/prompts.ts'
import type { McpContext } from '../../service/context.ts'
import { requireScope } from '../call/require-scope.ts'
import { createLive, type Feed, LIMITS, type LiveLimits } from '../live/live.ts'
import { createNoFeed } from '../live/no-feed.ts'
import { createPinnedFeeds } from '../live/pinned-feeds.ts'
import { pushNotices } from '../live/push-notices.ts'
import type { Offer } from '../offer.ts'
import { handleRequests } from './handle-requests.ts'
import { offerAt } from './offer-at.ts'
import { createSeal, type Seal } from './seal.ts'
import { StrictServer } from './strict-server.ts'
import { createSurface, type Surface } from './surface.ts'

export interface ServerOptions extends Serving {
  readonly toolsets: readonly Toolset[]
  readonly readOnly?: boolean | undefined
  /** Id or name of the only agent that every client is limited to. */
  readonly agent?: string | undefined
}

export interface Serving {
  readonly version: string
  /**
   * Context of a namespace; without a name, of the server's own. Opens the store on first use. Rejects with a UserError
   * if that fails; the server reports it and stays up.
   */
  readonly context: (namespace?: string) => Promise<McpContext>
  readonly log: Log
  readonly liveLimits?: LiveLimits
  /** The page as HTML, for hosts that show it as a view. */
  readonly page?: (() => Promise<string>) | undefined
}

/** How the client is notified of changes. */
export type Notices =
  /** Never: a single request without a connection. */
  | { readonly kind: 'none' }
  /** `subscriptions/listen`, served by the transport. */
  | { readonly kind: 'listened' }
  /** `resources/subscribe`; `ready` resolves when the client can receive a notice. */
  | { readonly kind: 'pushed'; readonly ready: () => Promise<void> }

/** Creates one MCP server per connection or request. They share only the context and its change feed. */
export interface ServerFactory {
  /**
   * Over HTTP, the address chooses what is served, within the limits of `access`. Without `access`, the whole default
   * namespace is served.
   */
  (request?: {
    readonly requestInfo?: { readonly url: string }
    readonly notices?: Notices
    readonly access?: Access
  }): Server
  /** Change feed for the clients at that address. */
  feedAt(url?: string, access?: Access): Feed
}

/** The parts that one server needs for its client. */
interface Served {
  readonly context: () => Promise<McpContext>
  readonly surface: Surface
  readonly instructions: string
  readonly feed: Feed
}

const NO_NOTICES: Notices = { kind: 'none' }
/** Cache time of lists that change only with a new version of Recollect. They differ per caller. Chosen by hand. */
const STATIC_MILLISECONDS = 300_000
const ALL_SCOPES = new Set(SCOPES)

export function createServerFactory({
  toolsets,
  readOnly = false,
  agent,
  ...serving
}: ServerOptions): ServerFactory {
  const whole: Offer = { toolsets, readOnly, agent }
  const live = liveOptions(createSurface(whole), serving)
  const inNamespace = keepByName((namespace) => {
    const context = checkedContext(serving, namespace)
    const liveOfAll = createLive({ ...live, open: contextOf(whole, context) })
    return { context, liveOfAll, feedOf: createPinnedFeeds(live) }
  })
  return factory(serving, (url, namespace) => {
    const offer = offerAt(url, whole)
    const shown = { surface: createSurface(offer), instructions: instructionsFor(offer) }
    const { liveOfAll, feedOf, ...own } = inNamespace(namespace)
    if (offer.agent === whole.agent) {
      return { ...shown, context: liveOfAll.context, feed: liveOfAll }
    }
    const context = contextOf(offer, own.context)
    return { ...shown, context, feed: feedOf(context) }
  })
}

/** Caches one value per namespace. There are few namespaces, so nothing is evicted. */
function keepByName<T>(make: (namespace: string | undefined) => T) {
  const kept = new Map<string | undefined, T>()
  return (namespace: string | undefined): T => {
    const made = kept.get(namespace) ?? make(namespace)
    kept.set(namespace, made)
    return made
  }
}

/** Defence in depth: never serve one namespace's data to a client of another. */
function checkedContext({ context }: Serving, namespace: string | undefined) {
  if (namespace === undefined) return () => context()
  return async () => {
    const found = await context(namespace)
    if (found.namespace === namespace) return found
    throw new Error(`asked for the namespace ${namespace} and got ${found.namespace}`)
  }
}

/** Serves a surface other than Recollect's, such as the fixtures of the conformance suite. */
export function serveSurface(surface: Surface, serving: Serving): ServerFactory {
  const open = () => serving.context()
  const feed = createLive({ ...liveOptions(surface, serving), open })
  const instructions = PROMPTS['mcp-instructions']
  return factory(serving, () => ({ surface, context: feed.context, instructions, feed }))
}

function liveOptions({ resources }: Surface, { log, liveLimits = LIMITS }: Serving) {
  return { resources, log, limits: liveLimits, tally: { watched: 0 } }
}

function factory(
  { version, log, context: opened, page }: Serving,
  servedAt: (url: string | undefined, namespace: string | undefined) => Served,
): ServerFactory {
  const key = keepKey(async () => (await opened()).signingKey('request-state'))
  // State is bound to the caller, so nobody can continue another caller's request.
  const sealFor = (access: Access | undefined): Seal =>
    createSeal(key, access ? `${access.namespace} ${access.name}` : '')
  const feedAt: ServerFactory['feedAt'] = (url, access) => {
    const { feed } = servedAt(url, access?.namespace)
    if (access === undefined || access.scopes.has('read')) return feed
    return createNoFeed(() => requireScope(access.scopes, 'read'))
  }
  const create = ({
    requestInfo,
    notices = NO_NOTICES,
    access,
  }: Parameters<ServerFactory>[0] = {}) => {
    const { surface, context, instructions } = servedAt(requestInfo?.url, access?.namespace)
    const seal = sealFor(access)
    const lists = { ttlMs: STATIC_MILLISECONDS, cacheScope: access ? 'private' : 'public' } as const
    const resources = notices.kind === 'none' ? {} : { subscribe: true, listChanged: true }
    const server = new StrictServer(
      { name: 'recollect', title: 'Recollect', version },
      {
        capabilities: { tools: {}, resources, prompts: {}, completions: {} },
        instructions,
        requestState: { verify: seal.verify },
        // A run may wait for approval many times; chosen by hand.
        inputRequired: { maxRounds: 50 },
        cacheHints: {
          'tools/list': lists,
          'prompts/list': lists,
          'resources/templates/list': lists,
        },
      },
    )
    handleRequests(server, {
      surface,
      caller: access ?? { name: 'owner', scopes: ALL_SCOPES },
      context,
      log,
      seal,
      page,
    })
    if (notices.kind === 'pushed') {
      pushNotices(server, feedAt(requestInfo?.url, access), notices.ready, log)
    }
    return server
  }
  return Object.assign(create, { feedAt })
}

/** Resolves the agent once. If that fails, the next request tries again. */
function contextOf({ agent }: Offer, context: Served['context']): Served['context'] {
  if (agent === undefined) return context
  let pinning: Promise<McpContext> | undefined
  const pin = async () => {
    const { pinContext } = await import('../../service/pin-context.ts')
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
