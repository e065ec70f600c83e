import { createHash } from 'node:crypto'

/** The limit of the strictest provider. */
const LONGEST = 64
const MARK_LENGTH = 8

/**
 * Name of a server's tool for a model: `server__tool` in the characters that all providers take. One that had to be
 * changed or cut ends in a digest, so that no two tools share a name.
 */
export function toolName(server: string, tool: string): string {
  const plain = `${server}__${tool}`
  const safe = plain.replace(/[^A-Za-z0-9_-]/g, '_')
  // A server whose name contains `__` could otherwise take the name of another one's tool.
  if (safe === plain && safe.length <= LONGEST && !server.includes('__')) return safe
  const mark = createHash('sha256')
    .update(JSON.stringify([server, tool]))
    .digest('hex')
    .slice(0, MARK_LENGTH)
  return `${safe.slice(0, LONGEST - MARK_LENGTH - 1)}_${mark}`
}

/** Whether one of the patterns is the name; `*` in a pattern stands for any characters. */
export function matchesAny(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) =>
    new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`, 's').test(name),
  )
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
