import type { ProviderEndpoint } from '../providers.ts'
import type { CallWatch } from '../wire/call-watch.ts'
import {
  CLIENT_TIMEOUT,
  onlyHeaders,
  PLACEHOLDER_KEY,
  type Sent,
  sendGuarded,
} from '../wire/guarded-fetch.ts'
import { ANTHROPIC_VERSION, isAnthropic } from './anthropic.ts'

/** Rejects with the network's error; a status other than success is a refusal. */
export async function sendMessages(
  endpoint: ProviderEndpoint,
  body: Uint8Array,
  watch: CallWatch,
): Promise<Sent> {
  // Loaded at the first call, like OpenAI's client.
  const { Anthropic } = await import('@anthropic-ai/sdk')
  return sendGuarded(
    watch,
    (given) => headersFor(endpoint, given),
    (guarded) =>
      new Anthropic({
        apiKey: endpoint.key === '' ? PLACEHOLDER_KEY : endpoint.key,
        webhookKey: null,
        baseURL: baseOf(endpoint.baseUrl),
        // Retries are made in one place, `retry-policy.ts`, which knows leases and budgets.
        maxRetries: 0,
        timeout: CLIENT_TIMEOUT,
        // The client would log to stdout, which belongs to JSON-RPC.
        logLevel: 'off',
        fetch: guarded,
      })
        .post('/messages', { body, headers: { 'content-type': 'application/json' } })
        .asResponse(),
  )
}

const HEADERS: ReadonlySet<string> = new Set([
  'accept',
  'anthropic-version',
  'authorization',
  'content-type',
  'user-agent',
  'x-api-key',
])

/**
 * Headers that every server knows. Anthropic's client sends a newer version, which gateways and older models lack, and
 * puts the key where only some servers look.
 */
function headersFor({ baseUrl, key }: ProviderEndpoint, given: Headers): Headers {
  const headers = onlyHeaders(given, HEADERS)
  headers.set('anthropic-version', ANTHROPIC_VERSION)
  if (key !== '') headers.set('x-api-key', key)
  if (isAnthropic(baseUrl)) headers.delete('authorization')
  return headers
}

/** Base URLs for Anthropic's clients end before the version, those for OpenAI's clients after it. */
function baseOf(baseUrl: string): string {
  return /\/v\d+[a-z\d]*$/.test(baseUrl) ? baseUrl : `${baseUrl}/v1`
}
