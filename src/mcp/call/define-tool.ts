import type { ContentBlock } from '@modelcontextprotocol/server'
import type { z } from 'zod'
import type { Caller, Scope } from '../../core/access.ts'
import type { McpContext } from '../../service/context.ts'
import type { CallingClient } from '../client/client-input.ts'
import type { Person } from '../client/person.ts'

/** All four are required: clients use them to decide when to ask the person for confirmation. */
export interface ToolAnnotations {
  readonly readOnlyHint: boolean
  readonly destructiveHint: boolean
  readonly idempotentHint: boolean
  readonly openWorldHint: boolean
}

/** Kinds of progress messages; a client that knows them can show words as words. */
export type NoteKind = 'step' | 'call' | 'words' | 'thinking' | 'wait'

/** Fields of `_meta`: the kind of a progress message, and a caller's wish to see thinking. */
export const NOTE = 'recollect/note'
export const THINKING = 'recollect/thinking'

/** The request that a tool is answering. */
export interface ToolRequest {
  /** Fires when the caller disconnects or cancels. Work that the tool has started may go on. */
  readonly signal: AbortSignal
  readonly caller: Caller
  /** True if the request has a progress token. */
  readonly wantsProgress: boolean
  /** The caller asked to see what the agent thinks, too, in `_meta`. */
  readonly wantsThinking?: boolean
  /** Sends a progress message, whose kind stands in its `_meta`. Does nothing without a progress token. */
  progress(message: string, kind?: NoteKind): void
  /** Undefined when a resource is read, which no client calls as a tool. */
  readonly client?: CallingClient | undefined
  /** Undefined if the client does not support elicitation. */
  readonly person?: Person | undefined
}

export interface Tool<
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodObject = z.ZodObject,
> {
  readonly name: string
  readonly title: string
  /** Says when to use the tool, in under 1,000 characters. */
  readonly description: string
  readonly input: Input
  readonly output: Output
  /**
   * Scope that the caller needs. `read`: anything that only reads. `chat`: talking to agents. `write`: changing agents
   * and their memory. `admin`: what cannot be undone, and how agents run.
   */
  readonly scope: Scope
  readonly annotations: ToolAnnotations
  /** Whether a client that is limited to one agent gets this tool. Default: yes if it takes an agent or a run. */
  readonly pinned?: boolean
  /** Name of the list in the answer that `limit` and `cursor` page through. */
  readonly pages?: string
  run(args: z.infer<Input>, context: McpContext, call: ToolRequest): Promise<z.infer<Output>>
  /** Content blocks for an answer that is not text, such as an image. Default: the answer as JSON text. */
  content?(answer: z.infer<Output>): readonly ContentBlock[]
  /** Text to show when the answer itself reports a failure; undefined if it does not. */
  failure?(answer: z.infer<Output>): string | undefined
}

/** Returns its argument. It exists so that the types of `args` and of the answer are inferred from the schemas. */
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

/** Each call adds something. */
export const ADDS: ToolAnnotations = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: false,
  openWorldHint: false,
}

/** A second call changes nothing more, and nothing is lost. */
export const SETS: ToolAnnotations = { ...ADDS, idempotentHint: true }

/** Something may be lost; a second call changes nothing more. */
export const OVERWRITES: ToolAnnotations = { ...SETS, destructiveHint: true }
