import type { Scope } from '../core/access.ts'
import { isRecord } from '../core/is-record.ts'
import { TOOL_LIST } from '../generated/tool-list.ts'
import type { Offer } from './offer.ts'
import type { ListedTool, ToolEntry } from './tool-entries.ts'

/*
 * The tools as the build wrote them down. Nothing here loads a tool, since a client that starts a server waits for the
 * list.
 */

let read: readonly ToolEntry[] | undefined

function entries(): readonly ToolEntry[] {
  read ??= JSON.parse(TOOL_LIST) as readonly ToolEntry[]
  return read
}

/** The tools that a client of this offer with these scopes can list. */
export function listTools(offer: Offer, scopes: ReadonlySet<Scope>): readonly ListedTool[] {
  return entriesIn(offer)
    .filter(({ scope }) => scopes.has(scope))
    .map(({ tool }) => (offer.agent === undefined ? tool : withoutAgent(tool)))
}

export function isOffered(offer: Offer, name: string): boolean {
  return entriesIn(offer).some(({ tool }) => tool.name === name)
}

/** Undefined: there is no tool of that name. */
export function scopeOf(name: unknown): Scope | undefined {
  return entries().find(({ tool }) => tool.name === name)?.scope
}

function entriesIn({ toolsets, readOnly, agent }: Offer): readonly ToolEntry[] {
  // One agent alone has nobody to talk to.
  const shown = toolsets.filter((toolset) => agent === undefined || toolset !== 'agents')
  const all = shown.flatMap((toolset) => entries().filter((entry) => entry.toolset === toolset))
  // A tool may be in several toolsets; the first one decides its place.
  const byName = new Map(all.toReversed().map((entry) => [entry.tool.name, entry]))
  return all
    .filter((entry) => byName.get(entry.tool.name) === entry)
    .filter(({ tool }) => !readOnly || tool.annotations.readOnlyHint)
    .filter((entry) => agent === undefined || entry.isForOneAgent)
}

/** For a client that is limited to one agent, which need not be named. */
function withoutAgent(tool: ListedTool): ListedTool {
  const { properties, required, ...rest } = tool.inputSchema
  if (!isRecord(properties)) return tool
  const { agent: _, ...others } = properties
  const needed = Array.isArray(required) ? required.filter((name) => name !== 'agent') : []
  const inputSchema = {
    ...rest,
    properties: others,
    ...(needed.length > 0 && { required: needed }),
  }
  return { ...tool, inputSchema }
}
