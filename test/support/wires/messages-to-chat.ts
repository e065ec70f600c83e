import type { Fields } from './speech.ts'

const CHOICES: Readonly<Record<string, string>> = { auto: 'auto', any: 'required', none: 'none' }
/** Begins a line that Recollect adds to a tool's result. */
const LINE = /^(?:\(system\)|<context )/
/** The `max_tokens` that Recollect sends where none is configured. */
const USUAL_LIMIT = 8_192

/** A Messages request as the chat-completions request that says the same. */
export function messagesToChat(body: Fields): Fields {
  const { system = [], messages, tools, tool_choice: choice, stream } = body
  return {
    model: body.model,
    messages: [
      ...(system.length > 0 ? [{ role: 'system', content: textOf(system) }] : []),
      ...messages.flatMap((message: Fields) =>
        message.role === 'user' ? toUser(message.content) : [toAnswer(message.content)],
      ),
    ],
    ...(tools && {
      tools: tools.map(({ name, description, input_schema: parameters }: Fields) => ({
        type: 'function',
        function: { name, description, parameters },
      })),
    }),
    ...(choice && {
      tool_choice:
        choice.type === 'tool'
          ? { type: 'function', function: { name: choice.name } }
          : CHOICES[choice.type],
    }),
    ...(body.temperature !== undefined && { temperature: body.temperature }),
    ...(body.max_tokens !== USUAL_LIMIT && { max_tokens: body.max_tokens }),
    ...(stream && { stream: true, stream_options: { include_usage: true } }),
  }
}

function toUser(content: readonly Fields[]): readonly Fields[] {
  const results = content
    .filter(({ type }) => type === 'tool_result')
    .map((result) => ({ role: 'tool', tool_call_id: result.tool_use_id, content: result.content }))
  const texts = content.filter(({ type }) => type === 'text').map(({ text }) => text)
  const last = results.at(-1)
  if (last) {
    while (texts.length > 0 && LINE.test(texts[0])) last.content += `\n\n${texts.shift()}`
  }
  const text = texts.join('\n\n')
  const images = content.filter(({ type }) => type === 'image').map(({ source }) => source)
  if (images.length === 0)
    return text === '' ? results : [...results, { role: 'user', content: text }]
  const shown = images.map(({ media_type: type, data }) => ({
    type: 'image_url',
    image_url: { url: `data:${type};base64,${data}` },
  }))
  return [...results, { role: 'user', content: [{ type: 'text', text }, ...shown] }]
}

function toAnswer(content: readonly Fields[]): Fields {
  const calls = content.filter(({ type }) => type === 'tool_use')
  const text = textOf(content)
  return {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    ...(calls.length > 0 && {
      tool_calls: calls.map(({ id, name, input }) => ({
        id,
        type: 'function',
        function: { name, arguments: JSON.stringify(input) },
      })),
    }),
  }
}

function textOf(blocks: readonly Fields[]): string {
  return blocks
    .filter(({ type }) => type === 'text')
    .map(({ text }) => text)
    .join('\n\n')
}
