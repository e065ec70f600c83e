/** Groups of MCP tools that a server lists; the others that the contract names are not built yet. */
export const TOOLSETS = ['core', 'memory', 'admin', 'transfer'] as const
export type Toolset = (typeof TOOLSETS)[number]

/** A comma list of toolsets, or `all`; `unknown` is the first name that is none. */
export function parseToolsets(list: string): {
  readonly toolsets: readonly Toolset[]
  readonly unknown?: string
} {
  const names = list.split(',').map((name) => name.trim())
  const unknown = names.find((name) => name !== 'all' && !TOOLSETS.some((known) => known === name))
  if (unknown !== undefined) return { toolsets: [], unknown }
  return { toolsets: TOOLSETS.filter((known) => names.includes('all') || names.includes(known)) }
}
