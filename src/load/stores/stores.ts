import { isRecord } from '../../core/is-record.ts'
import type { ParsedPassage } from '../batch.ts'
import { readTime, textOf } from '../conversations/conversation.ts'

/*
 * Memories of other servers, as passages. Each reader answers undefined for what is not its own.
 */

/** A line of the reference memory server's file: an entity with observations, or a relation. */
export function readServerMemory(value: unknown): readonly ParsedPassage[] | undefined {
  if (!isRecord(value)) return undefined
  if (value.type === 'entity' && typeof value.name === 'string') {
    const { name, entityType } = value
    const observations: readonly unknown[] = Array.isArray(value.observations)
      ? value.observations
      : []
    const tags = textOf(entityType) === '' ? [] : [textOf(entityType)]
    if (observations.length === 0) return [{ text: `${name}: ${textOf(entityType)}`, tags }]
    return observations.map((one) => ({ text: `${name}: ${String(one)}`, tags }))
  }
  if (value.type === 'relation' && typeof value.from === 'string' && typeof value.to === 'string') {
    const verb = textOf(value.relationType).replaceAll('_', ' ')
    return [{ text: `${value.from} ${verb} ${value.to}`, tags: ['relation'] }]
  }
  return undefined
}

/** A whole graph of it, as its tool `read_graph` answers. */
export function readGraph(value: unknown): readonly ParsedPassage[] | undefined {
  if (!isRecord(value) || !Array.isArray(value.entities) || !Array.isArray(value.relations))
    return undefined
  const entries: readonly (readonly [string, unknown])[] = [
    ...value.entities.map((one: unknown) => ['entity', one] as const),
    ...value.relations.map((one: unknown) => ['relation', one] as const),
  ]
  const read = entries.map(([type, one]) =>
    isRecord(one) ? readServerMemory({ ...one, type }) : undefined,
  )
  return read.every((passages) => passages !== undefined) ? read.flat() : undefined
}

/** All memories of mem0 as it answers: `results`, and `relations` where it keeps a graph. */
export function readMem0Answer(
  value: Readonly<Record<string, unknown>>,
): readonly ParsedPassage[] | undefined {
  const memories: unknown = value.results ?? value.memories
  if (!Array.isArray(memories)) return undefined
  const read = memories.map(readMem0)
  if (!read.every((passage) => passage !== undefined)) return undefined
  const relations: readonly unknown[] = Array.isArray(value.relations) ? value.relations : []
  return [...read, ...relations.flatMap(readMem0Relation)]
}

function readMem0Relation(value: unknown): readonly ParsedPassage[] {
  if (!isRecord(value)) return []
  const [from, to] = [textOf(value.source), textOf(value.target) || textOf(value.destination)]
  const verb = textOf(value.relationship).replaceAll('_', ' ')
  return from === '' || to === '' ? [] : [{ text: `${from} ${verb} ${to}`, tags: ['relation'] }]
}

/** A memory of mem0. */
export function readMem0(value: unknown): ParsedPassage | undefined {
  if (!isRecord(value) || typeof value.memory !== 'string' || !('id' in value)) return undefined
  const categories: readonly unknown[] = Array.isArray(value.categories) ? value.categories : []
  const user = textOf(value.user_id)
  const createdAt = readTime(value.updated_at) ?? readTime(value.created_at)
  return {
    text: value.memory,
    tags: [...categories.map(String), ...(user === '' ? [] : [`user:${user}`])],
    ...(createdAt !== null && { createdAt }),
  }
}

/** A note of basic-memory: front matter with a permalink, "- [category] text #tag (context)", "- relation [[Other]]". */
export function readBasicMemory(text: string): readonly ParsedPassage[] | undefined {
  const match = /^---\r?\n([\s\S]*?)\r?\n---\r?\n?([\s\S]*)$/.exec(text)
  if (!match || !/^permalink:/m.test(match[1] ?? '')) return undefined
  const front = match[1] ?? ''
  const title = /^title:\s*["']?(.*?)["']?\s*$/m.exec(front)?.[1] ?? ''
  const passages: ParsedPassage[] = []
  const prose: string[] = []
  for (const line of (match[2] ?? '').split(/\r?\n/)) {
    const passage = readObservation(title, line) ?? readRelation(title, line)
    if (passage) passages.push(passage)
    else prose.push(line)
  }
  const rest = prose
    .join('\n')
    .replaceAll(/^#+ (Observations|Relations)\s*$/gm, '')
    .trim()
  const note = {
    text: rest.includes(title) ? rest : `${title}\n\n${rest}`,
    tags: ['note', ...tagsOf(front)],
  }
  return rest === '' ? passages : [note, ...passages]
}

/** `tags: [a, b]`, or a line for each. */
function tagsOf(front: string): readonly string[] {
  const [, line = '', list = ''] = /^tags:[ \t]*(.*)((?:\n[ \t]*- .*)*)/m.exec(front) ?? []
  return [...line.replace(/^\[|\]$/g, '').split(','), ...list.split(/\n[ \t]*- /)]
    .map((tag) => tag.trim().replace(/^["']|["']$/g, ''))
    .filter((tag) => tag !== '')
}

function readObservation(title: string, line: string): ParsedPassage | undefined {
  const [, category, words, context] =
    /^\s*- \[([^\][]+)\]\s+(.*?)\s*(?:\(([^)]*)\))?$/.exec(line) ?? []
  // "- [ ]" is a task.
  if (category === undefined || words === undefined || /^[ xX-]$/.test(category)) return undefined
  const tags = [...words.matchAll(/#([\w/-]+)/g)].map(([, tag]) => tag ?? '')
  const plain = words.replaceAll(/\s*#[\w/-]+/g, '')
  const after = context === undefined ? '' : ` (${context})`
  return { text: `${title}: ${plain}${after}`, tags: [category, ...tags] }
}

function readRelation(title: string, line: string): ParsedPassage | undefined {
  const [, verb = '', other] = /^\s*- (?:([^[]*?)\s+)?\[\[([^\]]+)\]\]/.exec(line) ?? []
  if (other === undefined) return undefined
  return { text: `${title} ${verb === '' ? 'relates to' : verb} ${other}`, tags: ['relation'] }
}
