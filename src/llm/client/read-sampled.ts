import * as z from 'zod'
import { readWritten } from '../dialects/read-written.ts'
import type { ModelWords, ToolSpec } from '../model.ts'

/** Clients differ and add block types; unknown ones are ignored. */
const Block = z.object({
  type: z.string(),
  text: z.string().optional().catch(undefined),
  name: z.string().optional().catch(undefined),
  input: z.unknown().optional(),
})
const Sampled = z.object({
  content: z.union([z.array(Block), Block.transform((block) => [block])]),
  stopReason: z.string().nullish().catch(null),
})

export type ReadSampled =
  | { readonly kind: 'words'; readonly words: ModelWords }
  | { readonly kind: 'invalid'; readonly problem: string }

/** Parses the answer of a client's model. `tools`: those that calls in its text may name. */
export function readSampled(result: unknown, tools: readonly ToolSpec[]): ReadSampled {
  const parsed = Sampled.safeParse(result)
  if (!parsed.success) return { kind: 'invalid', problem: 'it is no message of a model' }
  const { content, stopReason } = parsed.data
  const texts = content.flatMap(({ type, text }) => (type === 'text' ? [text ?? ''] : []))
  const uses = content.filter(({ type }) => type === 'tool_use')
  if (texts.length === 0 && uses.length === 0 && content.length > 0) {
    return { kind: 'invalid', problem: 'it holds neither text nor a call of a tool' }
  }
  const written = readWritten(texts.join('\n'), '', tools)
  const calls = uses.length > 0 ? uses.map(toCall) : written.calls
  const finish = readStop(stopReason)
  return {
    kind: 'words',
    words: {
      text: written.text,
      reasoning: written.reasoning,
      // A call that a filter interrupted may not be the call that the model meant.
      toolCalls: finish === 'refusal' ? [] : calls,
      finish,
    },
  }
}

function toCall({ name = '', input }: z.infer<typeof Block>) {
  return { name, arguments: typeof input === 'string' ? input : JSON.stringify(input ?? {}) }
}

/** `maxTokens` is MCP's own value; clients also pass on the values of their provider. */
function readStop(reason: string | null | undefined): ModelWords['finish'] {
  switch (reason?.replaceAll(/[^a-z]/gi, '').toLowerCase()) {
    case 'maxtokens':
    case 'length':
      return 'length'
    case 'refusal':
    case 'contentfilter':
    case 'safety':
      return 'refusal'
    default:
      return 'stop'
  }
}
