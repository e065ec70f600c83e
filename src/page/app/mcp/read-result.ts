import { Refused } from './errors.ts'

interface ToolResult {
  readonly isError?: boolean
  readonly content?: readonly { readonly text?: string }[]
  readonly structuredContent?: {
    readonly error?: { readonly code: string; readonly message: string }
    readonly run_id?: string
  }
}

/** The answer in a tool's result. Throws Refused if it is an error; a run that failed is an answer, too. */
export function readResult<Answer>(result: unknown): Answer {
  const { isError, content, structuredContent } = result as ToolResult
  if (isError && structuredContent?.run_id === undefined) {
    const { code = 'internal', message } = structuredContent?.error ?? {}
    throw new Refused(code, message ?? content?.[0]?.text ?? 'The server refused without a reason.')
  }
  return structuredContent as Answer
}
