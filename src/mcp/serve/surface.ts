import type { McpContext } from '../../service/context.ts'
import type { Tool } from '../call/define-tool.ts'
import type { Offer } from '../offer.ts'
import type { Prompt } from '../prompts/define-prompt.ts'
import type { Resource, Variables } from '../resources/define-resource.ts'
import type { ResourcePage } from '../resources/list-resources.ts'

/** What a server offers, each part loaded by the first request that needs it. */
export interface Surface {
  /** In the order in which clients list them. */
  tools(): Promise<readonly Tool[]>
  /** All that can be read, templates among them. */
  resources(): Promise<readonly Resource[]>
  /** What is there to be read now, by pages. */
  listResources(context: McpContext, cursor?: string): Promise<ResourcePage>
  prompts(): Promise<readonly Prompt[]>
  /** Values for a variable of a template or an argument of a prompt, given what has been typed. */
  complete(
    variable: string,
    typed: string,
    known: Variables,
    context: McpContext,
  ): Promise<readonly string[]>
}

/** Recollect's own, as far as it is offered. */
export function createSurface(offer: Offer): Surface {
  return {
    tools: async () => (await import('../offer.ts')).offeredTools(offer),
    resources: async () => (await import('../resources/index.ts')).RESOURCES,
    listResources: async (context, cursor) =>
      (await import('../resources/list-resources.ts')).listResources(context, cursor),
    prompts: async () => (await import('../prompts/index.ts')).offeredPrompts(offer),
    complete: async (variable, typed, known, context) =>
      (await import('../complete.ts')).complete(variable, typed, known, context),
  }
}
