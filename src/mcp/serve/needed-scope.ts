import type { Scope } from '../../core/access.ts'
import { isRecord } from '../../core/is-record.ts'

/** Methods that show stored data, besides tool calls. */
const READING = [
  'resources/read',
  'resources/subscribe',
  'subscriptions/listen',
  'prompts/get',
  'completion/complete',
]

/** The scope that a message needs; undefined if it needs none. */
export async function neededScope(message: unknown): Promise<Scope | undefined> {
  if (!isRecord(message) || typeof message.method !== 'string') return undefined
  if (READING.includes(message.method)) return 'read'
  if (message.method !== 'tools/call' || !isRecord(message.params)) return undefined
  const { scopeOf } = await import('../list-tools.ts')
  return scopeOf(message.params.name)
}
