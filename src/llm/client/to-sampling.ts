import type {
  SampledBlock,
  SampledText,
  SamplingMessage,
  SamplingParams,
  SamplingTool,
} from '../../core/sampling.ts'
import { PROMPTS } from '../../generated/prompts.ts'
import { toWireArguments, toWireName } from '../call-texts.ts'
import type { ModelMessage, ModelRequest, ToolSpec } from '../model.ts'
import { picturesIn } from '../pictures.ts'
import { toWireId } from '../wire/wire-id.ts'

/*
 * Writes a request as MCP `sampling/createMessage`. If the client takes no tools, the text describes them, and its
 * model writes its calls into its answer (`text-calls.ts`).
 */

/** The protocol requires a number. Chosen by hand. */
const USUAL_OUTPUT_TOKENS = 4_096
/** OpenAI's limit on ids, so that any client can pass them on. */
const ID_LENGTH = 40

export function toSampling(
  request: ModelRequest,
  { tools: takesTools }: { readonly tools: boolean },
): SamplingParams {
  const { tools, mode } = offered(request)
  const [first, ...rest] = request.messages
  const isSystem = first?.role === 'system'
  const system = isSystem ? first.text.toWellFormed() : ''
  const messages = isSystem ? rest : request.messages
  const common = {
    maxTokens: request.maxOutputTokens ?? USUAL_OUTPUT_TOKENS,
    ...(request.temperature !== undefined && { temperature: request.temperature }),
  }
  if (!takesTools) {
    const about = tools.length === 0 ? [] : [aboutTools(tools, mode)]
    return {
      ...common,
      systemPrompt: [system, ...about].join('\n\n'),
      messages: asText(messages),
    }
  }
  return {
    ...common,
    systemPrompt: system,
    messages: withBlocks(messages),
    ...(tools.length > 0 && { tools: tools.map(toTool), toolChoice: { mode } }),
  }
}

/** The protocol cannot force a named tool, so that tool is the only one offered. */
function offered({ tools, toolChoice }: ModelRequest) {
  return typeof toolChoice === 'object'
    ? ({ tools: tools.filter(({ name }) => name === toolChoice.name), mode: 'required' } as const)
    : ({ tools, mode: toolChoice } as const)
}

function toTool({ name, description, parameters }: ToolSpec): SamplingTool {
  return { name, description, inputSchema: { ...parameters, type: 'object' } }
}

function textBlock(text: string): SampledText {
  return { type: 'text', text: text.toWellFormed() }
}

/** MCP wants the results of one answer's calls in one message that holds nothing else. */
function withBlocks(messages: readonly ModelMessage[]): SamplingMessage[] {
  const written: SamplingMessage[] = []
  let results: SampledBlock[] | undefined
  for (const message of messages) {
    if (message.role === 'tool') {
      if (!results) {
        results = []
        written.push({ role: 'user', content: results })
      }
      const toolUseId = toWireId(message.callId, ID_LENGTH)
      results.push({ type: 'tool_result', toolUseId, content: [textBlock(message.text)] })
      continue
    }
    results = undefined
    if (message.role !== 'assistant') {
      written.push({ role: 'user', content: textBlock(message.text) }, ...pictures(message))
      continue
    }
    const said = message.text.trim() === '' ? [] : [textBlock(message.text)]
    const calls = message.toolCalls.map((call) => ({
      type: 'tool_use' as const,
      id: toWireId(call.id, ID_LENGTH),
      name: toWireName(call.name),
      input: inputOf(call.arguments),
    }))
    const [only, ...others] = [...said, ...calls]
    if (only === undefined) continue
    const isPlain = others.length === 0 && only.type === 'text'
    written.push({ role: 'assistant', content: isPlain ? only : [only, ...others] })
  }
  return written
}

/** A message each: not every version of the protocol takes several blocks in one. */
function pictures(message: ModelMessage): SamplingMessage[] {
  return picturesIn(message).map(({ mediaType, data = '' }) => ({
    role: 'user',
    content: { type: 'image', data, mimeType: mediaType },
  }))
}

function inputOf(text: string): Record<string, unknown> {
  return JSON.parse(toWireArguments(text))
}

/** Joins neighbours of one role: not every model accepts two user messages in a row. */
function asText(messages: readonly ModelMessage[]): SamplingMessage[] {
  const names = new Map<string, string>()
  const turns: { role: 'user' | 'assistant'; texts: string[]; pictures: SamplingMessage[] }[] = []
  for (const message of messages) {
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const texts = textsOf(message, names).filter((text) => text.trim() !== '')
    const last = turns.at(-1)
    if (last?.role === role && last.pictures.length === 0) last.texts.push(...texts)
    else if (texts.length > 0) turns.push({ role, texts, pictures: [] })
    turns.at(-1)?.pictures.push(...pictures(message))
  }
  return turns.flatMap(({ role, texts, pictures: shown }) => [
    { role, content: textBlock(texts.join('\n\n')) },
    ...shown,
  ])
}

function textsOf(message: ModelMessage, names: Map<string, string>): readonly string[] {
  if (message.role === 'assistant') {
    for (const { id, name } of message.toolCalls) names.set(id, name)
    return [
      message.text,
      ...message.toolCalls.map(({ name, arguments: text }) => callText(name, text)),
    ]
  }
  if (message.role !== 'tool') return [message.text]
  // A result must not close its own tag and continue as something else.
  const safe = message.text.replaceAll('</tool_result', '<\\/tool_result')
  const name = toWireName(names.get(message.callId) ?? '')
  return [`<tool_result name="${name}">\n${safe}\n</tool_result>`]
}

function callText(name: string, text: string): string {
  const call = { name: toWireName(name), arguments: inputOf(text) }
  return `<tool_call>${JSON.stringify(call)}</tool_call>`
}

const MODES = {
  auto: 'Call a tool when it helps, else answer in plain text.',
  required: 'Your answer must call at least one tool.',
  none: 'Call no tool now: answer in plain text.',
} as const

function aboutTools(tools: readonly ToolSpec[], mode: keyof typeof MODES): string {
  const list = tools.map((tool) => JSON.stringify(toTool(tool))).join('\n')
  return PROMPTS['tools-in-text']
    .trim()
    .replace('{TOOLS}', () => list)
    .replace('{MODE}', MODES[mode])
}
