import { newId } from '../../src/core/ids.ts'
import type {
  ChatModel,
  ModelAnswer,
  ModelFailure,
  ModelMessage,
  ModelRequest,
  ToolSpec,
} from '../../src/llm/model.ts'
import { readProviderSettings } from '../../src/llm/providers.ts'
import { createModelRegistry } from '../../src/llm/registry/registry.ts'

const LIMITS = { totalMilliseconds: 10_000, idleMilliseconds: 10_000 }

export type Environment = Readonly<Record<string, string>>

/** A registry as the server makes it from these variables; nothing else listens where Ollama is looked for. */
export function registryFrom({ RECOLLECT_MODEL, ...environment }: Environment) {
  return createModelRegistry({
    defaultHandle: RECOLLECT_MODEL ?? null,
    settings: readProviderSettings({ OLLAMA_HOST: '127.0.0.1:1', ...environment }),
    limits: LIMITS,
  })
}

export function tool(
  name: string,
  properties: Readonly<Record<string, unknown>>,
  required: readonly string[] = Object.keys(properties),
): ToolSpec {
  return {
    name,
    description: `The tool ${name}.`,
    parameters: { type: 'object', properties, required, additionalProperties: false },
  }
}

export const TEXT = { type: 'string' }
export const FLAG = { type: 'boolean' }

export function request(
  messages: readonly ModelMessage[] | string,
  changes: Partial<ModelRequest> = {},
): ModelRequest {
  return {
    messages: typeof messages === 'string' ? [{ role: 'user', text: messages }] : messages,
    tools: [],
    toolChoice: 'auto',
    ...changes,
  }
}

/** One call and its result, as the loop would append them. */
export function called(name: string, result: string): readonly ModelMessage[] {
  const callId = newId('call')
  return [
    {
      role: 'assistant',
      text: '',
      reasoning: '',
      toolCalls: [{ id: callId, name, arguments: '{}' }],
    },
    { role: 'tool', callId, text: result },
  ]
}

export async function answerOf(model: ChatModel, asked: ModelRequest): Promise<ModelAnswer> {
  const result = await model.call(asked, { signal: new AbortController().signal })
  if (result.kind === 'failure') throw new Error(JSON.stringify(result.failure))
  return result.answer
}

export async function failureOf(
  model: ChatModel,
  asked: ModelRequest,
  signal: AbortSignal = new AbortController().signal,
): Promise<ModelFailure> {
  const result = await model.call(asked, { signal })
  if (result.kind === 'answer') throw new Error(JSON.stringify(result.answer))
  return result.failure
}
