import * as z from 'zod'
import { isDeeper } from '../../core/is-deeper.ts'
import { LIMITS } from '../../core/limits.ts'

/*
 * The fields that we read of a chat completion. Servers differ, so every field may be missing, and a field of a wrong
 * type counts as missing; `parse-answer.ts` checks only that there is an answer. Unknown fields are kept for
 * `chat-extras.ts`.
 */

/** Chosen by hand. */
const MAX_LEVELS = 100

const Text = z.string().nullish().catch(null)
const Count = z.number().nonnegative().nullish().catch(null)

/** Some servers send fractions, negative counts, or numbers too large to store. */
const Tokens = z
  .unknown()
  .optional()
  .transform((value) =>
    typeof value === 'number' && !Number.isNaN(value)
      ? Math.min(LIMITS.count, Math.max(0, Math.round(value)))
      : null,
  )

/** Some servers send the arguments as an object. */
const Arguments = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'string' ? value : value == null ? '' : jsonOf(value)))

/** Arguments nested too deeply to serialize are refused as invalid JSON. */
function jsonOf(value: unknown): string {
  return isDeeper(value, MAX_LEVELS) ? '[nested too deep]' : JSON.stringify(value)
}

const FunctionCall = z.looseObject({ name: Text, arguments: Arguments }).nullish().catch(null)

const ToolCall = z.looseObject({ index: Count, id: Text, type: Text, function: FunctionCall })

/** A single call becomes a list of one, and an invalid entry does not affect valid ones. */
const ToolCalls = z
  .unknown()
  .optional()
  .transform((value) => {
    const entries: readonly unknown[] = Array.isArray(value) ? value : value == null ? [] : [value]
    return entries.flatMap((entry): z.infer<typeof ToolCall>[] => {
      const { data } = ToolCall.safeParse(entry)
      return data ? [data] : []
    })
  })

const Part = z.looseObject({ type: Text, text: Text, thinking: z.unknown().optional() })
export type ContentPart = z.infer<typeof Part>

/** A text, one part, or a list of parts, some of which may be plain strings. */
const Content = z
  .unknown()
  .optional()
  .transform((value): string | ContentPart[] | null => {
    if (value == null || typeof value === 'string') return value ?? null
    const entries: readonly unknown[] = Array.isArray(value) ? value : [value]
    return entries.flatMap((entry): ContentPart[] => {
      if (typeof entry === 'string') return [{ type: 'text', text: entry }]
      const { data } = Part.safeParse(entry)
      return data ? [data] : []
    })
  })

const Message = z.looseObject({
  content: Content,
  refusal: Text,
  reasoning_content: Text,
  reasoning: Text,
  tool_calls: ToolCalls,
  /** The older format, with a single call. */
  function_call: FunctionCall,
})

const Usage = z.object({
  prompt_tokens: Tokens,
  completion_tokens: Tokens,
  total_tokens: Tokens,
  prompt_tokens_details: z.object({ cached_tokens: Tokens }).nullish().catch(null),
  completion_tokens_details: z.object({ reasoning_tokens: Tokens }).nullish().catch(null),
  /** DeepSeek's name for cached tokens. */
  prompt_cache_hit_tokens: Tokens,
  /** Cost of the call in US dollars, as OpenRouter reports it. */
  cost: Count,
})

const Choice = z.object({
  index: Count,
  message: Message.nullish().catch(null),
  /** Present in stream chunks. */
  delta: Message.nullish().catch(null),
  finish_reason: Text,
})

export const Completion = z.object({
  choices: z.array(Choice.nullable().catch(null)).nullish().catch(null),
  usage: Usage.nullish().catch(null),
})

export type Completion = z.infer<typeof Completion>
export type CompletionMessage = z.infer<typeof Message>
export type CompletionUsage = z.infer<typeof Usage>
export type CompletionToolCall = z.infer<typeof ToolCall>
export type CompletionChoice = z.infer<typeof Choice>
