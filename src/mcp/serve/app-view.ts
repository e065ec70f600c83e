import { UserError } from '../../core/errors.ts'
import { isRecord } from '../../core/is-record.ts'
import type { ListedTool } from '../tool-entries.ts'

/*
 * The page as an MCP App: hosts that show views render it beside the answers of these tools. A client that has not
 * declared the extension sees nothing of it, and every answer is complete as text.
 */

export const APP_URI = 'ui://recollect/agent'
const EXTENSION = 'io.modelcontextprotocol/ui'
const APP_TYPE = 'text/html;profile=mcp-app'
/** The tools that show one agent. */
const SHOWN_BY: readonly string[] = ['get_agent', 'read_memory']
/** Nothing is fetched: the view speaks with the host alone. */
const ABOUT = { ui: { csp: { connectDomains: [], resourceDomains: [] }, prefersBorder: true } }

const LISTED = {
  uri: APP_URI,
  name: 'agent-view',
  title: 'Agent',
  description: "One agent's memory and conversation, as a view",
  mimeType: APP_TYPE,
} as const

/** Whether a client with these capabilities shows views in HTML. */
export function showsApps(capabilities: unknown): boolean {
  const extensions = isRecord(capabilities) ? capabilities.extensions : undefined
  const declared = isRecord(extensions) ? extensions[EXTENSION] : undefined
  if (!isRecord(declared)) return false
  const { mimeTypes } = declared
  return !Array.isArray(mimeTypes) || mimeTypes.includes(APP_TYPE)
}

export function withApp(tools: readonly ListedTool[]): readonly ListedTool[] {
  return tools.map((tool) =>
    SHOWN_BY.includes(tool.name)
      ? { ...tool, _meta: { ui: { resourceUri: APP_URI }, 'ui/resourceUri': APP_URI } }
      : tool,
  )
}

export function listedApp() {
  return { ...LISTED, _meta: ABOUT }
}

export async function readApp(page: (() => Promise<string>) | undefined) {
  if (!page) throw new UserError('unsupported', 'This server has no view of an agent.')
  const text = await page()
  return { contents: [{ uri: APP_URI, mimeType: APP_TYPE, text, _meta: ABOUT }] }
}
