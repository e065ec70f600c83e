import { createHash } from 'node:crypto'
import type { StoredTool, ToolDefinition, ToolGrant } from '../core/stored-tool.ts'

/** The digest that an approval of the tool, as it is now, covers. */
export function grantOf(tool: ToolDefinition): ToolGrant {
  const { capabilities, network, secrets } = tool
  return { digest: digestOf(tool), capabilities, network, secrets }
}

/** Whether what was approved still covers the tool: it runs the same, and may do nothing more. */
export function covers(grant: ToolGrant | null, tool: StoredTool): boolean {
  if (grant === null || grant.digest !== digestOf(tool)) return false
  return (
    isWithin(tool.capabilities, grant.capabilities) &&
    isWithin(tool.network, grant.network) &&
    isWithin(tool.secrets, grant.secrets)
  )
}

/** Whether the tool can do more than edit the memory of its own agent. */
export function reachesFurther({
  language,
  capabilities,
  network,
  secrets,
}: ToolDefinition): boolean {
  return language === 'mcp' || capabilities.length > 0 || network.length > 0 || secrets.length > 0
}

/** The code behind a server's tools is unknown, so their texts stand for it: they are what a person approved. */
function digestOf({ language, source, entry, description, parameters }: ToolDefinition): string {
  const runs =
    language === 'mcp'
      ? [language, source, entry, description, parameters]
      : [language, source, entry]
  return createHash('sha256').update(JSON.stringify(runs)).digest('hex')
}

function isWithin(some: readonly string[], all: readonly string[]): boolean {
  return some.every((one) => all.includes(one))
}
