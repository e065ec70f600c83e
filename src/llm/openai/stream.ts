import {
  Completion,
  type CompletionMessage,
  type CompletionToolCall,
  type CompletionUsage,
} from './completion.ts'

export interface StreamAssembly {
  /** Takes the payload of one event. */
  add(chunk: unknown): void
  /** How many characters the answer has by now. */
  length(): number
  /** The server said that the answer is complete; a stream may also just end. */
  isFinished(): boolean
  /** What the server would have answered without streaming. */
  completion(): Completion
}

/** Puts the chunks of a streamed completion together. */
export function assembleStream(): StreamAssembly {
  const text = { content: '', refusal: '', reasoning_content: '', reasoning: '' }
  const calls: { index: number | null; id: string; name: string; arguments: string }[] = []
  let functionCall: { name: string; arguments: string } | null = null
  let finishReason: string | null = null
  let usage: CompletionUsage | null = null
  let length = 0

  const addCall = (delta: CompletionToolCall): void => {
    const name = delta.function?.name ?? ''
    const piece = delta.function?.arguments ?? ''
    length += piece.length
    const index = delta.index ?? null
    const id = delta.id ?? ''
    const known = calls.findLast((call) => (index === null ? name === '' : call.index === index))
    // Some servers number every call 0; another id under another beginning is another call.
    const isAnother = known && name !== '' && id !== '' && known.id !== '' && known.id !== id
    if (!known || isAnother) {
      calls.push({ index, id, name, arguments: piece })
      return
    }
    if (known.name === '') known.name = name
    if (known.id === '') known.id = id
    known.arguments += piece
  }

  const addMessage = (delta: CompletionMessage): void => {
    const { content, thinking } = readContent(delta.content)
    text.content += content
    text.refusal += delta.refusal ?? ''
    text.reasoning_content += delta.reasoning_content ?? thinking
    text.reasoning += delta.reasoning ?? ''
    length += content.length + thinking.length
    length += (delta.reasoning_content ?? '').length + (delta.reasoning ?? '').length
    for (const call of delta.tool_calls ?? []) addCall(call)
    if (delta.function_call) {
      functionCall ??= { name: '', arguments: '' }
      functionCall.name ||= delta.function_call.name ?? ''
      functionCall.arguments += delta.function_call.arguments
      length += delta.function_call.arguments.length
    }
  }

  return {
    add(chunk) {
      const parsed = Completion.safeParse(chunk)
      if (!parsed.success) return
      usage = parsed.data.usage ?? usage
      const choice = parsed.data.choices?.[0]
      const delta = choice?.delta ?? choice?.message
      if (delta) addMessage(delta)
      finishReason = choice?.finish_reason ?? finishReason
    },
    length: () => length,
    isFinished: () => finishReason !== null,
    completion: () => ({
      choices: [
        {
          message: {
            ...text,
            tool_calls: calls.map(({ name, arguments: written }) => ({
              function: { name, arguments: written },
            })),
            function_call: functionCall,
          },
          finish_reason: finishReason,
        },
      ],
      usage,
    }),
  }
}

/** Content is a text, or a list of parts some of which are thinking (Mistral). */
export function readContent(content: CompletionMessage['content']): {
  readonly content: string
  readonly thinking: string
} {
  if (typeof content === 'string') return { content, thinking: '' }
  const parts = content ?? []
  return {
    content: parts.map((part) => part.text ?? '').join(''),
    thinking: parts.map((part) => readThinking(part.thinking)).join(''),
  }
}

function readThinking(thinking: unknown): string {
  if (typeof thinking === 'string') return thinking
  if (!Array.isArray(thinking)) return ''
  return thinking
    .map((part: unknown) =>
      typeof part === 'object' && part !== null && 'text' in part ? String(part.text) : '',
    )
    .join('')
}
