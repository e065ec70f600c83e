import type { StdioClient } from '../support.ts'

export interface ToolAnswer {
  readonly fields: Readonly<Record<string, unknown>>
  /** The part of the result that a model is shown. */
  readonly text: string
}

/** Throws if the server refused the call: no figure of a bench may stand on an error. */
export async function callTool(
  client: StdioClient,
  name: string,
  args: Readonly<Record<string, unknown>>,
): Promise<ToolAnswer> {
  const { content, structuredContent, isError } = await client.request('tools/call', {
    name,
    arguments: args,
  })
  const text = (content as readonly { readonly text?: string }[])
    .map((part) => part.text ?? '')
    .join('\n')
  if (isError) throw new Error(`${name} failed: ${text}`)
  return { fields: structuredContent as Readonly<Record<string, unknown>>, text }
}
