import type { Scope } from '../../core/access.ts'
import type { McpContext } from '../../service/context.ts'
import type { Tool } from '../call/define-tool.ts'
import type { Offer } from '../offer.ts'
import type { Prompt } from '../prompts/define-prompt.ts'
import type { Resource, Variables } from '../resources/define-resource.ts'
import type { ResourcePage } from '../resources/list-resources.ts'
import type { ListedTool } from '../tool-entries.ts'

/** Tools, resources and prompts of a server. Each part is loaded by the first request that needs it. */
export interface Surface {
  /** The tool of that name; undefined: it is not offered. */
  tool(name: string): Promise<Tool | undefined>
  /** What a client with these scopes can list, in the order in which clients show it. */
  listTools(scopes: ReadonlySet<Scope>): Promise<readonly ListedTool[]>
  /** All resources and resource templates. */
  resources(): Promise<readonly Resource[]>
  /** One page of the resources that exist now. */
  listResources(context: McpContext, cursor?: string): Promise<ResourcePage>
  prompts(): Promise<readonly Prompt[]>
  /** Completes a template variable or a prompt argument. */
  complete(
    variable: string,
    typed: string,
    known: Variables,
    context: McpContext,
  ): Promise<readonly string[]>
}

/** Recollect's surface, limited to the offer. */
export function createSurface(offer: Offer): Surface {
  return {
    tool: async (name) => (await import('../load-tool.ts')).loadTool(offer, name),
    listTools: async (scopes) => (await import('../list-tools.ts')).listTools(offer, scopes),
    resources: async () => (await import('../resources/index.ts')).RESOURCES,
    listResources: async (context, cursor) =>
      (await import('../resources/list-resources.ts')).listResources(context, cursor),
    prompts: async () => (await import('../prompts/index.ts')).offeredPrompts(offer),
    complete: async (variable, typed, known, context) =>
      (await import('../complete.ts')).complete(variable, typed, known, context),
  }
}
