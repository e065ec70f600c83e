import { UserError } from '../core/errors.ts'

/* Reads addresses as pasted from documentation or other programs, and finds the base URL that they mean. */

export interface Address {
  readonly baseUrl: string
  readonly apiVersion?: string | undefined
  readonly notes?: readonly string[] | undefined
}

const AZURE_HOST = /\.azure\.(?:com|us|cn)$/
/** Paths that clients append to a base URL for each request. */
const OPERATION =
  /(?:\/(?:chat\/completions|completions|responses|messages|embeddings)|(?<=\/api)\/(?:chat|generate))$/
const DEPLOYMENT = /^\/openai\/deployments\/[^/]+$/
/** The last version that is no preview, for deployment addresses that name none. */
const USUAL_API_VERSION = '2024-10-21'

/** Path of each provider's native API, and the path of its OpenAI-compatible one. */
const NATIVE_PATHS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  google: { '/v1beta': '/v1beta/openai', '/v1': '/v1beta/openai' },
  ollama: { '/api': '/v1' },
  openrouter: { '/v1': '/api/v1', '/api': '/api/v1' },
}

/** A server other than the provider's own, so its paths may differ. A local Ollama is its own server. */
function isGateway({ hostname }: URL, { name, baseUrl }: Of): boolean {
  return name === 'openrouter' && hostname !== new URL(baseUrl).hostname
}

interface Of {
  readonly name: string
  readonly baseUrl: string
}

/** Throws a UserError that names the variable when the text is no base URL. */
export function readBaseUrl(text: string, variable: string, provider: Of): Address {
  const url = URL.canParse(text) ? new URL(text) : null
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:'
  const apiVersion = url?.searchParams.get('api-version') ?? undefined
  const isOnlyVersion =
    url?.search === '' || (apiVersion !== undefined && url?.searchParams.size === 1)
  // A base URL has none of these, and a key in one of them would be shown with the address.
  const others = url ? [url.username, url.password, url.hash] : []
  if (!url || !isWeb || !isOnlyVersion || others.some((part) => part !== '')) {
    throw new UserError(
      'invalid_argument',
      `${variable} is not a base URL. Give an http or https address without a user name, a password or a query, like ${provider.baseUrl}.`,
    )
  }
  const notes: string[] = []
  url.search = ''
  takeOperation(url, variable, notes)
  const version = azureVersion(url, apiVersion, variable, notes)
  const native = isGateway(url, provider)
    ? undefined
    : NATIVE_PATHS[provider.name]?.[withoutTrailingSlashes(url.pathname)]
  if (native !== undefined) {
    url.pathname = native
    notes.push(`${variable} is the address of another API there; ${native} is used.`)
  }
  // Many people and tools write only the server's address.
  if (url.pathname === '/') url.pathname = new URL(provider.baseUrl).pathname
  return {
    baseUrl: withoutTrailingSlashes(url.href),
    ...(version !== undefined && { apiVersion: version }),
    ...(notes.length > 0 && { notes }),
  }
}

function takeOperation(url: URL, variable: string, notes: string[]): void {
  const path = withoutTrailingSlashes(url.pathname)
  const [operation] = OPERATION.exec(path) ?? []
  if (operation === undefined) return
  url.pathname = path.slice(0, -operation.length) || '/'
  notes.push(`${variable} ended in ${operation}, which each request adds; it was left out.`)
}

/** The API version to send with each request; undefined: none. */
function azureVersion(
  url: URL,
  given: string | undefined,
  variable: string,
  notes: string[],
): string | undefined {
  const path = withoutTrailingSlashes(url.pathname)
  if (AZURE_HOST.test(url.hostname) && (path === '' || path === '/openai')) {
    url.pathname = '/openai/v1'
    notes.push(`${variable} is a resource of Azure; its /openai/v1 is used.`)
    return undefined
  }
  if (!DEPLOYMENT.test(path)) return given
  notes.push(
    `${variable} is one deployment of Azure, whatever model is named; <resource>.openai.azure.com/openai/v1 serves all of them by their names.`,
  )
  return given ?? USUAL_API_VERSION
}

/** Azure takes the key in a header of its own. */
export function isAzure({ baseUrl, apiVersion }: Address): boolean {
  return apiVersion !== undefined || AZURE_HOST.test(new URL(baseUrl).hostname)
}

export function withoutTrailingSlashes(url: string): string {
  return url.replace(/\/+$/, '')
}
