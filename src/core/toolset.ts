/** Groups of MCP tools that a server can list. */
export const TOOLSETS = ['core', 'memory', 'tools', 'agents', 'admin', 'transfer'] as const
export type Toolset = (typeof TOOLSETS)[number]

/** Parses a comma-separated list of toolsets, or `all`. `unknown` is the first name that does not exist. */
export function parseToolsets(list: string): {
  readonly toolsets: readonly Toolset[]
  readonly unknown?: string
} {
  const names = list.split(',').map((name) => name.trim())
  const unknown = names.find((name) => name !== 'all' && !TOOLSETS.some((known) => known === name))
  if (unknown !== undefined) return { toolsets: [], unknown }
  return { toolsets: TOOLSETS.filter((known) => names.includes('all') || names.includes(known)) }
}
