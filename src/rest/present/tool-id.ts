import { createHash } from 'node:crypto'

/** The id of a built-in tool: always the same for its name. */
export function builtInToolId(name: string): string {
  return namedId('tool', `recollect built-in tool ${name}`)
}

/** The id of a server of tools, which the operator names. */
export function toolServerId(name: string): string {
  return namedId('mcp_server', `recollect tool server ${name}`)
}

/** A name-based UUID with a prefix. */
function namedId(prefix: string, name: string): string {
  const hash = createHash('sha1').update(name).digest('hex')
  const variant = ((Number.parseInt(hash.slice(16, 18), 16) & 0x3f) | 0x80).toString(16)
  const uuid = [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `5${hash.slice(13, 16)}`,
    `${variant}${hash.slice(18, 20)}`,
    hash.slice(20, 32),
  ]
  return `${prefix}-${uuid.join('-')}`
}
