import type { CallToolResult } from '@modelcontextprotocol/client'
import { cleanText, countCharacters, sliceCharacters } from '../core/text.ts'

/** The result as a model reads it: texts, and a note for each part that is no text. Pure. */
export function renderResult(
  { content, structuredContent }: Pick<CallToolResult, 'content' | 'structuredContent'>,
  maxChars: number,
): string {
  const parts = content.map(renderPart)
  const whole = parts.length > 0 ? parts.join('\n') : JSON.stringify(structuredContent ?? {})
  const text = cleanText(whole)
  const size = countCharacters(text)
  if (size <= maxChars) return text
  return `${sliceCharacters(text, 0, maxChars)}\n[${size - maxChars} more characters were left out]`
}

function renderPart(part: CallToolResult['content'][number]): string {
  switch (part.type) {
    case 'text':
      return part.text
    case 'resource':
      return 'text' in part.resource
        ? part.resource.text
        : `[resource ${part.resource.uri}, not shown]`
    case 'resource_link':
      return `[resource ${part.uri}]`
    default:
      return `[${part.type} of type ${part.mimeType}, not shown]`
  }
}
