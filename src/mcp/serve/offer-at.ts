import { UserError } from '../../core/errors.ts'
import { parseToolsets, TOOLSETS, type Toolset } from '../../core/toolset.ts'
import type { Offer } from '../offer.ts'

/*
 * A server over HTTP shows a part of itself at each address: `/mcp?toolsets=core,admin` these toolsets,
 * `/mcp/agents/<id or name>` one agent. What is set for the server itself, no address goes beyond.
 */

interface Address {
  readonly toolsets?: readonly Toolset[]
  readonly agent?: string
}

/** Some clients add a slash by themselves. */
const PATH = /^\/mcp(?:\/agents\/([^/]+))?\/?$/

/** Whether MCP is spoken at this path. */
export function isMcpPath(path: string): boolean {
  return PATH.test(path)
}

/** Throws UserError if the address asks for what there is not. */
export function readAddress(url: string): Address {
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  const segment = PATH.exec(pathname)?.[1]
  const lists = searchParams.getAll('toolsets').join(',')
  return {
    ...(segment !== undefined && { agent: decode(segment) }),
    ...(lists !== '' && { toolsets: readToolsets(lists) }),
  }
}

/** The offer at an address that was found to be good; undefined: there is none, as on stdio. */
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
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new UserError(
      'invalid_argument',
      'The name of the agent in the address is not URL-encoded. Write /mcp/agents/<id or name>, with %20 for a space.',
    )
  }
}
