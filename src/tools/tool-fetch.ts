import { UserError } from '../core/errors.ts'
import { isRecord } from '../core/is-record.ts'
import { createRedaction } from '../core/redact.ts'
import type { ToolDefinition } from '../core/stored-tool.ts'
import type { ToolSecret } from '../core/tool-secret.ts'
import { allowsHost } from '../fetch/fetch-rule.ts'
import type { GuardedRequest } from '../fetch/guarded-fetch.ts'
import { secretPlaceholder } from '../sandbox/sandbox.ts'
import { readText } from './host-arguments.ts'
import type { ClientCall } from './host-calls.ts'

/** Chosen by hand: what code has any use for. */
const MAX_BYTES = 2_000_000
/** Chosen by hand. */
const MILLISECONDS = 30_000
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']
/** The host decides about these. */
const OWN_HEADERS = ['host', 'content-length', 'transfer-encoding', 'connection', 'accept-encoding']

/** `fetch` for the code of this tool: nothing unless the tool names hosts. */
export function toolFetch(
  { network, secrets: names }: Pick<ToolDefinition, 'network' | 'secrets'>,
  request: GuardedRequest,
  secrets: readonly ToolSecret[],
): readonly ClientCall[] {
  if (network.length === 0) return []
  const own = secrets.filter(({ name }) => names.includes(name))
  // A host may send back the headers that it got.
  const hide = createRedaction(
    own.map(({ value }) => value),
    [],
  )
  return [
    {
      name: 'fetch',
      reachesOut: true,
      parameters: ['url', 'method', 'headers', 'body'],
      async run(args, signal) {
        const url = readText(args, 'url')
        const method = readText(args, 'method', 'GET').toUpperCase()
        if (!METHODS.includes(method)) throw invalid(`There is no method ${method} here.`)
        const headers = readHeaders(args.headers)
        const answer = await request(
          url,
          {
            method,
            headersFor(target) {
              requireHost(network, target.hostname)
              return withSecrets(headers, own, target.hostname)
            },
            body: typeof args.body === 'string' ? args.body : undefined,
          },
          { maxBytes: MAX_BYTES, milliseconds: MILLISECONDS, signal },
        )
        return {
          ...answer,
          url: hide(answer.url),
          headers: Object.fromEntries(
            Object.entries(answer.headers).map(([name, text]) => [name, hide(text)]),
          ),
          body: hide(answer.body.toString('utf8')),
        }
      },
    },
  ]
}

function requireHost(hosts: readonly string[], hostname: string): void {
  if (allowsHost({ kind: 'hosts', hosts }, hostname)) return
  throw new UserError(
    'unauthorized',
    `The tool may not fetch from ${hostname}: its network names ${hosts.join(', ')}.`,
  )
}

function readHeaders(value: unknown): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {}
  if (!isRecord(value)) throw invalid('headers must be an object of texts.')
  const entries = Object.entries(value).map(([name, one]) => {
    if (typeof one !== 'string' || /[\r\n]/.test(one) || !/^[\w-]+$/.test(name)) {
      throw invalid(`The header ${name} is not a text in one line.`)
    }
    return [name.toLowerCase(), one] as const
  })
  return Object.fromEntries(entries.filter(([name]) => !OWN_HEADERS.includes(name)))
}

/** Puts the secrets of that host in place of their placeholders. Throws a UserError for one that is not bound to it. */
function withSecrets(
  headers: Readonly<Record<string, string>>,
  secrets: readonly ToolSecret[],
  hostname: string,
): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).map(([name, text]) => {
    const filled = secrets
      .filter(({ host }) => host === hostname.toLowerCase())
      .reduce((sum, { name, value }) => sum.replaceAll(secretPlaceholder(name), value), text)
    if (/\{\{secret:\w+\}\}/.test(filled)) {
      throw new UserError(
        'unauthorized',
        `The header ${name} holds a secret that the tool does not have for ${hostname}. Its owner names it in secrets, and the operator binds it to the host in RECOLLECT_TOOL_SECRETS.`,
      )
    }
    return [name, filled] as const
  })
  return Object.fromEntries(entries)
}

function invalid(message: string): UserError {
  return new UserError('invalid_argument', message)
}
