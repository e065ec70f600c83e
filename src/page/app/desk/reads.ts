import type { Arguments, McpClient } from '../mcp/client.ts'

/** Calls of tools that only read. */
export interface Reads {
  /** Asks now for what a view will read; the first that reads it takes this answer. */
  begin(tool: string, args: Arguments): void
  /** Calls that are made alike in the same task share one request. */
  read<Answer>(tool: string, args: Arguments): Promise<Answer>
}

export function createReads(client: Pick<McpClient, 'call'>): Reads {
  const begun = new Map<string, Promise<unknown>>()
  const shared = new Map<string, Promise<unknown>>()
  const keyOf = (tool: string, args: Arguments) => `${tool} ${JSON.stringify(args)}`

  return {
    begin(tool, args) {
      const answer = client.call(tool, args)
      // The view that reads it is told.
      answer.catch(() => undefined)
      begun.set(keyOf(tool, args), answer)
    },
    read<Answer>(tool: string, args: Arguments): Promise<Answer> {
      const key = keyOf(tool, args)
      const answer = begun.get(key) ?? shared.get(key) ?? client.call<Answer>(tool, args)
      begun.delete(key)
      // A later task may ask because something has changed since.
      if (!shared.has(key)) queueMicrotask(() => shared.delete(key))
      shared.set(key, answer)
      return answer as Promise<Answer>
    },
  }
}
