/** Groups of MCP tools that a server lists; the others that the contract names are not built yet. */
export const TOOLSETS = ['core', 'memory', 'admin'] as const
export type Toolset = (typeof TOOLSETS)[number]
