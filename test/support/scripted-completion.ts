import type { ServerResponse } from 'node:http'
import {
  type AnswerOptions,
  type MessageAnswer,
  type ReceivedRequest,
  type ScriptedToolCall,
  type ScriptedUsage,
  toEvent,
} from './scripted-answer.ts'

const USUAL_USAGE: ScriptedUsage = { prompt_tokens: 100, completion_tokens: 20 }

export function toCompletion(answer: MessageAnswer, body: ReceivedRequest['body']): unknown {
  const { options } = answer
  const usage = options.usage === undefined ? USUAL_USAGE : options.usage
  return {
    id: 'chatcmpl-scripted',
    object: 'chat.completion',
    created: 0,
    model: body.model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: answer.text === '' ? null : answer.text,
          ...reasoningOf(options),
          ...(answer.toolCalls.length > 0 ? { tool_calls: answer.toolCalls.map(toWireCall) } : {}),
        },
        finish_reason: finishReasonOf(answer),
      },
    ],
    ...(usage === null ? {} : { usage: withTotal(usage) }),
  }
}

/** Cut into small pieces, as a vendor does: a reader that takes a piece for the whole is found out. */
export function sendStream(
  response: ServerResponse,
  answer: MessageAnswer,
  body: ReceivedRequest['body'],
): void {
  const { options } = answer
  const chunk = (delta: unknown, finishReason: string | null = null): string =>
    toEvent({
      id: 'chatcmpl-scripted',
      object: 'chat.completion.chunk',
      created: 0,
      model: body.model,
      choices: [{ index: 0, delta, finish_reason: finishReason }],
    })
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(chunk({ role: 'assistant', content: '' }))
  for (const [field, text] of Object.entries(reasoningOf(options))) {
    for (const piece of cut(text)) response.write(chunk({ [field]: piece }))
  }
  for (const piece of cut(answer.text)) response.write(chunk({ content: piece }))
  answer.toolCalls.map(toWireCall).forEach((call, index) => {
    const { name, arguments: written } = call.function
    const begin = { ...call, index, function: { name, arguments: '' } }
    response.write(chunk({ tool_calls: [begin] }))
    for (const piece of cut(written)) {
      response.write(chunk({ tool_calls: [{ index, function: { arguments: piece } }] }))
    }
  })
  response.write(chunk({}, finishReasonOf(answer)))
  const usage = options.usage === undefined ? USUAL_USAGE : options.usage
  if (usage !== null && body.stream_options?.include_usage === true) {
    response.write(
      toEvent({ object: 'chat.completion.chunk', choices: [], usage: withTotal(usage) }),
    )
  }
  response.end(toEvent('[DONE]'))
}

function toWireCall(call: ScriptedToolCall, index: number) {
  const written =
    typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments)
  return {
    id: `call_scripted_${index}`,
    type: 'function',
    function: { name: call.name, arguments: written },
  }
}

function reasoningOf(options: AnswerOptions): Readonly<Record<string, string>> {
  const { reasoning, reasoningField = 'reasoning_content' } = options
  return reasoning === undefined ? {} : { [reasoningField]: reasoning }
}

function finishReasonOf({ toolCalls, options }: MessageAnswer): string | null {
  if (options.finishReason !== undefined) return options.finishReason
  return toolCalls.length > 0 ? 'tool_calls' : 'stop'
}

function withTotal(usage: ScriptedUsage): ScriptedUsage {
  return { total_tokens: usage.prompt_tokens + usage.completion_tokens, ...usage }
}

function cut(text: string): readonly string[] {
  return text.match(/[\s\S]{1,7}/gu) ?? []
}

export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
