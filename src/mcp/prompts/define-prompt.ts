import type { PromptMessage } from '@modelcontextprotocol/server'
import { UserError } from '../../core/errors.ts'
import { checkLength, LIMITS } from '../../core/limits.ts'
import { cleanText } from '../../core/text.ts'
import type { McpContext } from '../../service/context.ts'
import type { CallingClient } from '../client/client-input.ts'

export interface PromptArgument {
  readonly name: string
  readonly description: string
  readonly required: true
  /** Most characters (code points) of its value. */
  readonly limit: number
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
  limit: LIMITS.reference,
}

/** Encloses untrusted text in a fence that the text itself cannot close. */
export function fence(text: string): string {
  let longest = 2
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length)
  const marks = '`'.repeat(longest + 1)
  return `${marks}\n${text}\n${marks}`
}

/** Throws a UserError if an argument is missing or too long. */
export function requireArguments(
  prompt: Prompt,
  args: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const values: Record<string, string> = {}
  for (const { name, description, limit } of prompt.arguments) {
    const value = cleanText(args[name] ?? '')
    if (value.trim() === '')
      throw new UserError(
        'invalid_argument',
        `The prompt ${prompt.name} needs the argument "${name}": ${description}.`,
      )
    checkLength(`Argument "${name}"`, value, limit)
    values[name] = value
  }
  return values
}
