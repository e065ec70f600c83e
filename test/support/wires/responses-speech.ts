import { checkResponses, encrypt } from './responses-check.ts'
import { responsesStream } from './responses-stream.ts'
import { type Fields, type Output, type Speech, saidIn } from './speech.ts'

const CODES: Readonly<Record<number, string>> = {
  401: 'invalid_api_key',
  404: 'model_not_found',
  429: 'rate_limit_exceeded',
  500: 'server_error',
}

export function createResponsesSpeech(): Speech {
  /** Calls that were made after reasoning. */
  const thought = new Set<string>()
  let count = 0

  const newId = (kind: string): string => {
    count += 1
    return `${kind}_${count.toString().padStart(8, '0')}`
  }

  const reasoning = (text: string): Fields => ({
    type: 'reasoning',
    id: newId('rs'),
    summary: [{ type: 'summary_text', text }],
    encrypted_content: encrypt(text),
  })

  const message = (text: string): Fields => ({
    type: 'message',
    id: newId('msg'),
    status: 'completed',
    role: 'assistant',
    content: [{ type: 'output_text', text, annotations: [] }],
  })

  const functionCall = (name: string, args: string, wasThought: boolean): Fields => {
    const callId = newId('call')
    if (wasThought) thought.add(callId)
    return {
      type: 'function_call',
      id: newId('fc'),
      call_id: callId,
      name,
      arguments: args,
      status: 'completed',
    }
  }

  const response = (request: Fields, { items, finish, usage }: Output): Fields => ({
    id: newId('resp'),
    object: 'response',
    status: finish === 'length' || finish === 'content_filter' ? 'incomplete' : 'completed',
    error: null,
    incomplete_details:
      finish === 'length'
        ? { reason: 'max_output_tokens' }
        : finish === 'content_filter'
          ? { reason: 'content_filter' }
          : null,
    model: request.model,
    store: false,
    output: items,
    ...(usage && {
      usage: {
        input_tokens: usage.prompt_tokens,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens: usage.completion_tokens,
        output_tokens_details: {
          reasoning_tokens: usage.completion_tokens_details?.reasoning_tokens ?? 0,
        },
        total_tokens: usage.prompt_tokens + usage.completion_tokens,
      },
    }),
  })

  return {
    path: '/responses',
    input: { tokens: 0, cached: 0 },
    check: (body) => checkResponses(body, { thoughtBefore: (id) => thought.has(id) }),
    refusal: (message, status = 400) => ({
      error: {
        message,
        type: status < 500 ? 'invalid_request_error' : 'server_error',
        param: null,
        code: CODES[status] ?? null,
      },
    }),
    toChat: responsesToChat,
    whole(completion, request) {
      const { text, thought: thinks, calls, finish } = saidIn(completion)
      const items = [
        ...(thinks === '' ? [] : [reasoning(thinks)]),
        ...(text === '' ? [] : [message(text)]),
        ...calls.map((call) => functionCall(call.name, call.arguments, thinks !== '')),
      ]
      return response(request, { items, finish, usage: completion.usage })
    },
    stream: (request) =>
      responsesStream({
        reasoning,
        message,
        functionCall,
        response: (output) => response(request, output),
      }),
  }
}

/** A Responses request as the chat-completions request that says the same. */
function toParts(content: string | readonly Fields[]): unknown {
  if (typeof content === 'string') return content
  return content.map((part) =>
    part.type === 'input_text'
      ? { type: 'text', text: part.text }
      : { type: 'image_url', image_url: { url: part.image_url } },
  )
}

function responsesToChat(body: Fields): Fields {
  const { instructions, input, tools, tool_choice: choice, stream } = body
  const messages: Fields[] = instructions ? [{ role: 'system', content: instructions }] : []
  let answer: Fields | null = null
  for (const item of input) {
    if (item.type === 'function_call') {
      answer ??= { role: 'assistant', content: null }
      if (!messages.includes(answer)) messages.push(answer)
      const call = { name: item.name, arguments: item.arguments }
      answer.tool_calls ??= []
      answer.tool_calls.push({ id: item.call_id, type: 'function', function: call })
    } else if (item.type === 'message') {
      const message: Fields = { role: item.role, content: toParts(item.content) }
      answer = item.role === 'assistant' ? message : null
      messages.push(message)
    } else if (item.type === 'function_call_output') {
      answer = null
      messages.push({ role: 'tool', tool_call_id: item.call_id, content: item.output })
    }
  }
  return {
    model: body.model,
    messages,
    ...(tools && {
      tools: tools.map(({ name, description, parameters }: Fields) => ({
        type: 'function',
        function: { name, description, parameters },
      })),
    }),
    ...(choice && {
      tool_choice:
        typeof choice === 'string' ? choice : { type: 'function', function: { name: choice.name } },
    }),
    ...(body.temperature !== undefined && { temperature: body.temperature }),
    ...(body.max_output_tokens !== undefined && { max_completion_tokens: body.max_output_tokens }),
    ...(stream && { stream: true, stream_options: { include_usage: true } }),
  }
}
