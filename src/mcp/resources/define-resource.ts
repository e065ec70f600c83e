import type { Scope } from '../../core/access.ts'
import { isLonger, LIMITS } from '../../core/limits.ts'
import { matchPath } from '../../core/match-path.ts'
import type { McpContext } from '../../service/context.ts'
import { answerTool } from '../call/call-tool.ts'
import { completeIds } from '../call/complete-ids.ts'
import type { Tool } from '../call/define-tool.ts'
import { parseArguments } from '../call/parse-arguments.ts'

/** Values of a template's variables, as far as they are known. */
export type Variables = Readonly<Record<string, string>>

export interface Resource {
  /** A URI or URI template; each `{variable}` stands for one segment. */
  readonly uri: string
  readonly name: string
  readonly title: string
  readonly description: string
  readonly mimeType: string
  /** Returns the content: text, or bytes for binary content. */
  read(variables: Variables, context: McpContext): Promise<string | Uint8Array>
}

/** Content of a resource that shows a tool's answer to these arguments. */
export async function readTool(
  tool: Tool,
  args: Readonly<Record<string, unknown>>,
  context: McpContext,
): Promise<string> {
  const call = {
    signal: new AbortController().signal,
    // Tools behind resources only read, which was allowed before.
    caller: { name: 'reader', scopes: new Set<Scope>(['read']) },
    wantsProgress: false,
    progress: () => undefined,
  }
  return JSON.stringify(await answerTool(tool, parseArguments(tool.input, args), context, call))
}

/** Finds the resource that matches a URI, with the values of its variables. */
export function findResource(
  resources: readonly Resource[],
  uri: string,
): { readonly resource: Resource; readonly variables: Variables } | undefined {
  for (const resource of resources) {
    const variables = matchPath(resource.uri, uri)
    if (variables !== undefined) return { resource, variables: completeIds(variables) }
  }
  return undefined
}

/** Whether a value is longer than any id, name or label, so that there is no such resource. */
export function namesNothing(variables: Variables): boolean {
  return Object.values(variables).some((value) => isLonger(value, LIMITS.reference))
}

/** The resources that have variables in their URI. */
export function templatesIn(resources: readonly Resource[]): readonly Resource[] {
  return resources.filter(({ uri }) => uri.includes('{'))
}

/** Builds a URI from a template. `expandUri('a/{b}', { b: 'x y' })` gives `a/x%20y`. */
export function expandUri(template: string, variables: Variables): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(variables[name] ?? ''),
  )
}
