import { UserError } from '../../core/errors.ts'
import { decodeSegment } from '../../core/text.ts'
import { parseToolsets, TOOLSETS, type Toolset } from '../../core/toolset.ts'
import type { Offer } from '../offer.ts'

/*
 * Over HTTP the address chooses what is served: `/mcp?toolsets=core,admin` limits the toolsets, `/mcp/agents/<id or
 * name>` limits the server to one agent. An address never exceeds the server's own settings.
 */

interface Address {
  readonly toolsets?: readonly Toolset[]
  readonly agent?: string
}

/** Some clients add a trailing slash. */
const PATH = /^\/mcp(?:\/agents\/([^/]+))?\/?$/

/** Whether this path is an MCP endpoint. */
export function isMcpPath(path: string): boolean {
  return PATH.test(path)
}

/** Throws a UserError for an invalid address. */
export function readAddress(url: string): Address {
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  const segment = PATH.exec(pathname)?.[1]
  const lists = searchParams.getAll('toolsets').join(',')
  return {
    ...(segment !== undefined && { agent: decode(segment) }),
    ...(lists !== '' && { toolsets: readToolsets(lists) }),
  }
}

/** The offer at a valid address. Without an address, as on stdio, the whole offer. */
export function offerAt(url: string | undefined, whole: Offer): Offer {
  if (url === undefined) return whole
  const { toolsets = whole.toolsets, agent } = readAddress(url)
  return { ...whole, toolsets, agent: whole.agent ?? agent }
}

function readToolsets(lists: string): readonly Toolset[] {
  const { toolsets, unknown } = parseToolsets(lists)
  if (unknown === undefined) return toolsets
  throw new UserError(
    'invalid_argument',
    `There is no toolset "${unknown}". In ?toolsets= give a comma list out of ${TOOLSETS.join(', ')}, or all.`,
  )
}

function decode(segment: string): string {
  const decoded = decodeSegment(segment)
  if (decoded !== undefined) return decoded
  throw new UserError(
    'invalid_argument',
    'The name of the agent in the address is not URL-encoded. Write /mcp/agents/<id or name>, with %20 for a space.',
  )
}
