import { isAzure } from '../base-url.ts'
import type { Provider, ProviderEndpoint } from '../providers.ts'
import type { CallWatch } from '../wire/call-watch.ts'
import type { Fields } from '../wire/fields.ts'
import {
  CLIENT_TIMEOUT,
  onlyHeaders,
  PLACEHOLDER_KEY,
  type Sent,
  sendGuarded,
} from '../wire/guarded-fetch.ts'

/** Rejects with the network's error; a status other than success is a refusal. */
export async function sendRequest(
  provider: Provider,
  endpoint: ProviderEndpoint,
  path: '/chat/completions' | '/embeddings' | '/responses',
  body: Fields | Uint8Array,
  watch: CallWatch,
): Promise<Sent> {
  // Loaded at the first call, since loading takes as long as the rest of the start-up.
  const { OpenAI } = await import('openai')
  const { apiVersion } = endpoint
  return sendGuarded(
    watch,
    (given) => headersFor(provider, endpoint, given),
    (guarded) =>
      new OpenAI({
        apiKey: endpoint.key === '' ? PLACEHOLDER_KEY : endpoint.key,
        baseURL: endpoint.baseUrl,
        // Retries are made in one place, `retry-policy.ts`, which knows leases and budgets.
        maxRetries: 0,
        timeout: CLIENT_TIMEOUT,
        // The client would log to stdout, which belongs to JSON-RPC.
        logLevel: 'off',
        adminAPIKey: null,
        webhookSecret: null,
        fetch: guarded,
      })
        .post(path, {
          body,
          headers: { 'content-type': 'application/json' },
          ...(apiVersion !== undefined && { query: { 'api-version': apiVersion } }),
        })
        .asResponse(),
  )
}

const HEADERS_FOR_ALL: ReadonlySet<string> = new Set([
  'accept',
  'api-key',
  'authorization',
  'content-type',
  'user-agent',
])

/** Headers that the client reads from the environment for OpenAI (organization, custom headers) go to OpenAI only. */
function headersFor(provider: Provider, endpoint: ProviderEndpoint, headers: Headers): Headers {
  if (endpoint.key !== '' && isAzure(endpoint)) headers.set('api-key', endpoint.key)
  return provider.name === 'openai' ? headers : onlyHeaders(headers, HEADERS_FOR_ALL)
}
