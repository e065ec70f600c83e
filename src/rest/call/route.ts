import type { IncomingHttpHeaders } from 'node:http'
import type { Caller, Scope } from '../../core/access.ts'
import { matchPath } from '../../core/match-path.ts'
import type { McpContext } from '../../service/context.ts'
import type { Query } from '../read/query.ts'
import type { Repeats } from './repeats.ts'
import type { Streamed } from './streamed.ts'

/* The table of routes is data, so that one loop checks all of them: scopes, namespaces, read-only. */

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
export type Method = (typeof METHODS)[number]

/** The names in braces of a path. */
export type ParamsOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? { readonly [N in Name]: string } & ParamsOf<Rest>
  : object

export interface Call<Params = Readonly<Record<string, string>>> {
  readonly params: Params
  readonly query: Query
  /** The JSON body, or the fields of a multipart one; undefined: there is none. */
  readonly body: unknown
  readonly context: McpContext
  /** Set if the client sends the request again: how often it did before. */
  readonly retries: number
  /** The caller and its rights; a run has no more rights than the caller that begins it. */
  readonly caller: Caller
  /** Runs of earlier requests, for those that come again. */
  readonly repeats: Repeats
  readonly headers: IncomingHttpHeaders
  /** Fires when the caller has left. */
  readonly signal: AbortSignal
}

export interface Route {
  readonly method: Method
  /** As `/v1/agents/{agent_id}`; a slash at the end is accepted everywhere. */
  readonly path: string
  readonly scope: Scope
  /** It changes nothing, so that a read-only server answers it. */
  readonly reads: boolean
  /** Returns the JSON of the answer, or what is streamed. Throws a UserError for what the caller can fix. */
  handle(call: Call): Promise<unknown | Streamed>
}

/** A route with the parameters of its path known by name. */
export function route<Path extends string>(
  method: Method,
  path: Path,
  scope: Scope,
  handle: (call: Call<ParamsOf<Path>>) => Promise<unknown | Streamed>,
): Route {
  return {
    method,
    path,
    scope,
    reads: scope === 'read',
    // `match` gives exactly the names in the path.
    handle: (call) => handle(call as Call<ParamsOf<Path>>),
  }
}

export interface Matched {
  readonly route: Route
  readonly params: Readonly<Record<string, string>>
}

/** The route of a request; `methods`: the path exists, but for these methods. */
export function match(
  routes: readonly Route[],
  method: string,
  path: string,
): Matched | { readonly methods: readonly Method[] } {
  const asked = path.replace(/\/$/, '')
  const fitting = routes.flatMap((one) => {
    const params = matchPath(one.path, asked)
    return params === undefined ? [] : [{ route: one, params }]
  })
  // A literal segment beats a parameter: `/agents/count` is no agent.
  const sorted = fitting.toSorted((one, other) => depth(one) - depth(other))
  const found = sorted.find(({ route: one }) => one.method === method)
  return found ?? { methods: sorted.map(({ route: one }) => one.method) }
}

function depth({ params }: Matched): number {
  return Object.keys(params).length
}
