import { isRecord } from '../../core/is-record.ts'
import { type Conversation, readTime, textOf } from './conversation.ts'

type Node = Readonly<Record<string, unknown>>

/**
 * A conversation of ChatGPT's export: a tree, in which the branch that was kept leads from `current_node` up to the
 * root. Other branches were regenerated or edited away. Undefined: it is none.
 */
export function readChatGpt(value: unknown): Conversation | undefined {
  if (!isRecord(value) || !isRecord(value.mapping)) return undefined
  const created = readTime(value.create_time)
  return {
    id: textOf(value.conversation_id) || textOf(value.id) || `${created} ${textOf(value.title)}`,
    title: textOf(value.title),
    messages: keptBranch(value.mapping, value.current_node).flatMap(({ message }) => {
      if (!isRecord(message) || !isRecord(message.author)) return []
      const { role } = message.author
      if ((role !== 'user' && role !== 'assistant') || !isShown(message)) return []
      const text = wordsOf(message.content).trim()
      return text === '' ? [] : [{ role, text, at: readTime(message.create_time) ?? created }]
    }),
  }
}

function keptBranch(mapping: Readonly<Record<string, unknown>>, current: unknown): readonly Node[] {
  const branch: Node[] = []
  const seen = new Set<unknown>()
  let id = typeof current === 'string' && isRecord(mapping[current]) ? current : newestLeaf(mapping)
  while (id !== undefined && !seen.has(id)) {
    seen.add(id)
    const node = mapping[id]
    if (!isRecord(node)) break
    branch.push(node)
    id = typeof node.parent === 'string' ? node.parent : undefined
  }
  return branch.reverse()
}

/** Older exports do not say which branch was kept. */
function newestLeaf(mapping: Readonly<Record<string, unknown>>): string | undefined {
  let newest: { readonly id: string; readonly at: number } | undefined
  for (const [id, node] of Object.entries(mapping)) {
    if (!isRecord(node) || !isRecord(node.message)) continue
    if (Array.isArray(node.children) && node.children.length > 0) continue
    const at = Number(node.message.create_time ?? 0)
    if (newest === undefined || at > newest.at) newest = { id, at }
  }
  return newest?.id
}

/** Calls of tools and hidden instructions were not part of what was said. */
function isShown({ recipient, metadata }: Readonly<Record<string, unknown>>): boolean {
  const isHidden = isRecord(metadata) && metadata.is_visually_hidden_from_conversation === true
  return !isHidden && (typeof recipient !== 'string' || recipient === 'all')
}

function wordsOf(content: unknown): string {
  if (!isRecord(content)) return ''
  if (content.content_type === 'code') return `\`\`\`\n${textOf(content.text)}\n\`\`\``
  if (content.content_type !== 'text' && content.content_type !== 'multimodal_text') return ''
  const parts: readonly unknown[] = Array.isArray(content.parts) ? content.parts : []
  return parts
    .map((part) => {
      if (typeof part === 'string') return part
      if (!isRecord(part)) return ''
      return part.content_type === 'image_asset_pointer' ? '[image]' : textOf(part.text)
    })
    .filter((text) => text !== '')
    .join('\n')
}
