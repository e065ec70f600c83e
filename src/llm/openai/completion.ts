import * as z from 'zod'

/*
 * What we read of a chat completion. Servers differ and add, so every field may be missing and a field of another
 * type counts as missing; only what makes an answer at all is checked, in parse-answer.ts.
 */

const Text = z.string().nullish().catch(null)
const Count = z.number().nonnegative().nullish().catch(null)

/** Some servers send the arguments as the object itself. */
const Arguments = z
  .unknown()
  .optional()
  .transform((value) =>
    typeof value === 'string' ? value : value == null ? '' : JSON.stringify(value),
  )

const FunctionCall = z.object({ name: Text, arguments: Arguments }).nullish().catch(null)

const ToolCall = z.object({ index: Count, id: Text, function: FunctionCall })

const Part = z.object({ type: Text, text: Text, thinking: z.unknown().optional() })

const Message = z.object({
  content: z
    .union([z.string(), z.array(Part)])
    .nullish()
    .catch(null),
  refusal: Text,
  reasoning_content: Text,
  reasoning: Text,
  tool_calls: z.array(ToolCall).nullish().catch(null),
  /** How calls looked before there were several. */
  function_call: FunctionCall,
})

const Usage = z.object({
  prompt_tokens: Count,
  completion_tokens: Count,
  total_tokens: Count,
  prompt_tokens_details: z.object({ cached_tokens: Count }).nullish().catch(null),
  /** DeepSeek's name for cached tokens. */
  prompt_cache_hit_tokens: Count,
})

const Choice = z.object({
  message: Message.nullish().catch(null),
  /** In a chunk of a stream. */
  delta: Message.nullish().catch(null),
  finish_reason: Text,
})

export const Completion = z.object({
  choices: z.array(Choice).nullish().catch(null),
  usage: Usage.nullish().catch(null),
})

export type Completion = z.infer<typeof Completion>
export type CompletionMessage = z.infer<typeof Message>
export type CompletionUsage = z.infer<typeof Usage>
export type CompletionToolCall = z.infer<typeof ToolCall>
