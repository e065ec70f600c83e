import type { ModelDelta } from '../model.ts'
import { TextPreview } from '../preview-text.ts'
import type { Fields } from '../wire/fields.ts'
import type { StreamAssembly } from '../wire/read-answer.ts'
import {
  Completion,
  type CompletionChoice,
  type CompletionMessage,
  type CompletionUsage,
  type ContentPart,
} from './completion.ts'
import { joinDeltas } from './join-deltas.ts'
import { streamCalls } from './stream-calls.ts'

export type OnDelta = ((delta: ModelDelta) => void) | undefined

/** Assembles a completion from its stream chunks. `onDelta` receives the pieces of the first choice. */
export function assembleStream(onDelta?: OnDelta): StreamAssembly {
  const choices = new Map<number, ReturnType<typeof assembleChoice>>()
  let usage: CompletionUsage | null = null

  return {
    add(chunk) {
      const parsed = Completion.safeParse(chunk)
      if (!parsed.success) return
      usage = parsed.data.usage ?? usage
      for (const choice of parsed.data.choices ?? []) {
        if (!choice) continue
        const number = choice.index ?? 0
        const known = choices.get(number) ?? assembleChoice(number === 0 ? onDelta : undefined)
        choices.set(number, known)
        known.add(choice)
      }
    },
    length: () => [...choices.values()].reduce((sum, choice) => sum + choice.length(), 0),
    isFinished: () => [...choices.values()].some((choice) => choice.isFinished()),
    answer: (): Completion => ({
      choices: [...choices.values()].map((choice) => choice.choice()),
      usage,
    }),
  }
}

/** JSON characters of a chunk without content, subtracted from each chunk. Chosen by hand. */
const EMPTY = 40

function assembleChoice(onDelta: OnDelta) {
  const calls = streamCalls()
  const preview = new TextPreview()
  let content = ''
  /** Set once a piece came as parts; until then the text alone is the content. */
  let parts: ContentPart[] | null = null
  let functionCall: { name: string; arguments: string } | null = null
  let others: Fields = {}
  let finishReason: string | null = null
  let length = 0

  const addContent = (piece: CompletionMessage['content']): void => {
    if (piece === null) return
    if (typeof piece === 'string' && !parts) {
      content += piece
      return
    }
    parts ??= content === '' ? [] : [{ type: 'text', text: content }]
    const added = typeof piece === 'string' ? [{ type: 'text', text: piece }] : piece
    const joined = joinDeltas({ parts }, { parts: added })
    parts = Array.isArray(joined.parts) ? joined.parts : parts
  }

  const addMessage = (delta: CompletionMessage): void => {
    const { content: piece, tool_calls, function_call, role: _role, ...fields } = delta
    addContent(piece)
    others = joinDeltas(others, fields)
    if (onDelta) tellWords(delta, preview, onDelta)
    for (const call of tool_calls) {
      const added = calls.add(call)
      onDelta?.({ kind: 'tool_call', ...added })
    }
    if (function_call) {
      functionCall ??= { name: '', arguments: '' }
      functionCall.name ||= function_call.name ?? ''
      functionCall.arguments += function_call.arguments
    }
    length += Math.max(0, JSON.stringify([piece, tool_calls, function_call, fields]).length - EMPTY)
  }

  return {
    add({ delta, message, finish_reason }: CompletionChoice): void {
      // Some servers repeat the whole message at the end.
      const piece = delta ?? (length === 0 ? message : null)
      if (piece) addMessage(piece)
      finishReason = finish_reason ?? finishReason
    },
    length: () => length,
    isFinished: () => finishReason !== null,
    choice: (): CompletionChoice => ({
      message: {
        ...others,
        content: parts ?? content,
        tool_calls: calls.calls(),
        function_call: functionCall,
      },
      finish_reason: finishReason,
    }),
  }
}

function tellWords(
  { content, reasoning_content, reasoning }: CompletionMessage,
  preview: TextPreview,
  onDelta: (delta: ModelDelta) => void,
): void {
  const said = readContent(content)
  const thought = reasoning_content || reasoning || said.thinking
  if (thought) onDelta({ kind: 'reasoning', text: thought })
  if (said.content !== '') for (const piece of preview.add(said.content)) onDelta(piece)
}

/** The text of a content, and the thinking in its parts (Mistral). */
export function readContent(content: CompletionMessage['content']): {
  readonly content: string
  readonly thinking: string
} {
  if (content === null || typeof content === 'string') {
    return { content: content ?? '', thinking: '' }
  }
  return {
    content: content.map((part) => (isThought(part) ? '' : (part.text ?? ''))).join(''),
    thinking: content.map(thoughtOf).join(''),
  }
}

function isThought({ type }: ContentPart): boolean {
  return type != null && /think|reason/i.test(type)
}

function thoughtOf(part: ContentPart): string {
  const { thinking, text } = part
  if (typeof thinking === 'string') return thinking
  if (!Array.isArray(thinking)) return isThought(part) ? (text ?? '') : ''
  return thinking
    .map((piece: unknown) =>
      typeof piece === 'object' && piece !== null && 'text' in piece ? String(piece.text) : '',
    )
    .join('')
}
