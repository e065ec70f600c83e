import { isRecord } from '../../core/is-record.ts'
import { type Conversation, readTime, textOf } from './conversation.ts'

/** A conversation of Claude's export. Undefined: it is none. */
export function readClaude(value: unknown): Conversation | undefined {
  if (!isRecord(value) || !Array.isArray(value.chat_messages)) return undefined
  const messages: readonly unknown[] = value.chat_messages
  const created = readTime(value.created_at)
  return {
    id: textOf(value.uuid) || `${created} ${textOf(value.name)}`,
    title: textOf(value.name),
    messages: messages.flatMap((message) => {
      if (!isRecord(message)) return []
      const role = message.sender === 'human' ? ('user' as const) : ('assistant' as const)
      const text = [wordsOf(message), ...attachmentsOf(message)].filter(Boolean).join('\n\n').trim()
      return text === '' ? [] : [{ role, text, at: readTime(message.created_at) ?? created }]
    }),
  }
}

/** Newer exports leave `text` empty and have the words in blocks. */
function wordsOf({ text, content }: Readonly<Record<string, unknown>>): string {
  if (textOf(text) !== '' || !Array.isArray(content)) return textOf(text)
  return content
    .flatMap((block: unknown) =>
      isRecord(block) && block.type === 'text' ? [textOf(block.text)] : [],
    )
    .join('\n')
}

function attachmentsOf({ attachments }: Readonly<Record<string, unknown>>): readonly string[] {
  if (!Array.isArray(attachments)) return []
  return attachments.flatMap((one: unknown) =>
    isRecord(one) && textOf(one.extracted_content) !== ''
      ? [`[attachment ${textOf(one.file_name)}]\n${textOf(one.extracted_content)}`]
      : [],
  )
}
