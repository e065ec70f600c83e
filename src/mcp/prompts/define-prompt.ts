import type { PromptMessage } from '@modelcontextprotocol/server'
import { UserError } from '../../core/errors.ts'
import type { McpContext } from '../../service/context.ts'
import type { CallingClient } from '../client/client-input.ts'

export interface PromptArgument {
  readonly name: string
  readonly description: string
  readonly required: true
}

export interface Prompt {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly arguments: readonly PromptArgument[]
  /** Text or messages for the client's conversation; a text is sent as the user's. May throw InputNeeded. */
  write(
    args: Readonly<Record<string, string>>,
    context: McpContext,
    client: CallingClient,
  ): Promise<string | readonly PromptMessage[]>
}

export function toMessages(written: string | readonly PromptMessage[]): PromptMessage[] {
  if (typeof written !== 'string') return [...written]
  return [{ role: 'user', content: { type: 'text', text: written } }]
}

export const agentArgument: PromptArgument = {
  name: 'agent',
  description: 'Id or exact name of the agent',
  required: true,
}

/** Fills each `{NAME}` in one pass, so that a placeholder inside a value is not replaced. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{([A-Z_]+)\}/g, (place, name: string) => values[name] ?? place)
}

/** Encloses untrusted text in a fence that the text itself cannot close. */
export function fence(text: string): string {
  let longest = 2
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length)
  const marks = '`'.repeat(longest + 1)
  return `${marks}\n${text}\n${marks}`
}

export function requireArguments(
  prompt: Prompt,
  args: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const missing = prompt.arguments.find(({ name }) => (args[name] ?? '').trim() === '')
  if (missing === undefined) return args
  throw new UserError(
    'invalid_argument',
    `The prompt ${prompt.name} needs the argument "${missing.name}": ${missing.description}.`,
  )
}
