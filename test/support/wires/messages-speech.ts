import { createPromptCache } from './messages-cache.ts'
import { checkMessages, signatureOf } from './messages-check.ts'
import { messagesStream } from './messages-stream.ts'
import { messagesToChat } from './messages-to-chat.ts'
import { type Fields, type Speech, saidIn } from './speech.ts'

const FINISHES: Readonly<Record<string, string>> = {
  stop: 'end_turn',
  tool_calls: 'tool_use',
  length: 'max_tokens',
  content_filter: 'refusal',
}

const ERRORS: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

export function stopReason(finish: string): string {
  return FINISHES[finish] ?? 'end_turn'
}

export function createMessagesSpeech(
  thinking: readonly string[] = ['adaptive', 'enabled'],
): Speech {
  const cache = createPromptCache()
  /** Calls that were made after thinking. */
  const thought = new Set<string>()
  let calls = 0

  const newCall = (wasThought: boolean): string => {
    calls += 1
    const id = `toolu_${calls.toString().padStart(8, '0')}`
    if (wasThought) thought.add(id)
    return id
  }

  const usageOf = (request: Fields, usage: Fields | undefined): Fields => {
    const { read, written } = cache.read(request)
    const total = usage?.prompt_tokens ?? 0
    const cached = Math.round(total * read)
    const created = Math.min(total - cached, Math.round(total * written))
    return {
      input_tokens: total - cached - created,
      cache_read_input_tokens: cached,
      cache_creation_input_tokens: created,
      output_tokens: usage?.completion_tokens ?? 0,
    }
  }

  return {
    path: '/messages',
    input: cache.input,
    check: (body, headers) =>
      headers['anthropic-version'] === undefined
        ? 'anthropic-version: header is required'
        : checkMessages(body, { thinking, thoughtBefore: (id) => thought.has(id) }),
    refusal: (message, status = 400) => ({
      type: 'error',
      error: { type: ERRORS[status] ?? 'invalid_request_error', message },
      request_id: 'req_scripted',
    }),
    toChat: messagesToChat,
    whole(completion, request) {
      const { text, thought: thinks, calls: made, finish } = saidIn(completion)
      return {
        id: 'msg_scripted',
        type: 'message',
        role: 'assistant',
        model: request.model,
        content: [
          ...(thinks === ''
            ? []
            : [{ type: 'thinking', thinking: thinks, signature: signatureOf(thinks) }]),
          ...(text === '' ? [] : [{ type: 'text', text }]),
          ...made.map((call) => ({
            type: 'tool_use',
            id: newCall(thinks !== ''),
            name: call.name,
            input: inputOf(call.arguments),
          })),
        ],
        stop_reason: stopReason(finish),
        stop_sequence: null,
        ...(completion.usage && { usage: usageOf(request, completion.usage) }),
      }
    },
    stream: (request) => messagesStream({ request, newCall, usageOf, stopReason }),
  }
}

/** Text that is not JSON stays a text: the real API sends such arguments only in a stream. */
function inputOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
