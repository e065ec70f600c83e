import type { ContentBlock } from '@modelcontextprotocol/server'
import type { z } from 'zod'
import type { Scope } from '../../core/access.ts'
import type { McpContext } from '../../service/context.ts'
import type { CallingClient } from '../client/client-input.ts'
import type { Person } from '../client/person.ts'

/** All four are required: clients decide by them when to ask the person. */
export interface ToolAnnotations {
  readonly readOnlyHint: boolean
  readonly destructiveHint: boolean
  readonly idempotentHint: boolean
  readonly openWorldHint: boolean
}

/** The request that a tool is answering. */
export interface ToolCall {
  /** The caller left; what the tool started may go on. */
  readonly signal: AbortSignal
  /** The caller asked to be told of progress. */
  readonly wantsProgress: boolean
  /** Tells the caller that something happens; goes nowhere if it did not ask to be told. */
  progress(message: string): void
  /** Undefined: nobody called, a resource is read. */
  readonly client?: CallingClient | undefined
  /** Undefined: the client can't ask anybody. */
  readonly person?: Person | undefined
}

export interface Tool<
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodObject = z.ZodObject,
> {
  readonly name: string
  readonly title: string
  /** When to use it, under 1,000 characters. */
  readonly description: string
  readonly input: Input
  readonly output: Output
  /**
   * What a client must be allowed to do. `read`: all that only reads. `chat`: talking to agents. `write`: what they are
   * and remember. `admin`: what can't be taken back, and how agents run.
   */
  readonly scope: Scope
  readonly annotations: ToolAnnotations
  /** Offered to a client that is given one agent; absent: if it takes an agent or a run. */
  readonly pinned?: boolean
  /** The list of the answer that the arguments `limit` and `cursor` page. */
  readonly pages?: string
  run(args: z.infer<Input>, context: McpContext, call: ToolCall): Promise<z.infer<Output>>
  /** The answer in a form that is no text, like an image; absent: its JSON. */
  content?(answer: z.infer<Output>): readonly ContentBlock[]
  /** The sentences to say when the answer itself reports a failure. */
  failure?(answer: z.infer<Output>): string | undefined
}

/** Identity; it is here so that the types of `args` and the answer follow from the schemas. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  tool: Tool<Input, Output>,
): Tool<Input, Output> {
  return tool
}

export const READS: ToolAnnotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
}
