import type { Scope } from '../../core/access.ts'
import { isLonger, LIMITS } from '../../core/limits.ts'
import { decodeSegment } from '../../core/text.ts'
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
    const variables = matchUri(resource.uri, uri)
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

/** Matches `uri` against a template. Returns the variables, or undefined if it does not match. */
export function matchUri(template: string, uri: string): Variables | undefined {
  const parts = template.split('/')
  const segments = uri.split('/')
  if (parts.length !== segments.length) return undefined
  const variables: Record<string, string> = {}
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? ''
    const name = /^\{(\w+)\}$/.exec(part)?.[1]
    if (name === undefined && part !== segment) return undefined
    if (name !== undefined) {
      const value = decodeSegment(segment)
      if (value === undefined || value === '') return undefined
      variables[name] = value
    }
  }
  return variables
}

/** Builds a URI from a template. `expandUri('a/{b}', { b: 'x y' })` gives `a/x%20y`. */
export function expandUri(template: string, variables: Variables): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(variables[name] ?? ''),
  )
}
