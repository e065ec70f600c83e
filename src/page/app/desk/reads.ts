import type { Arguments, McpClient } from '../mcp/client.ts'

/** Calls of tools that only read. */
export interface Reads {
  /** Asks for what the first view shows; settles when the answers, or failures, are there. */
  begin(calls: readonly (readonly [tool: string, args: Arguments])[]): Promise<void>
  /** The answer to such a call if it is there, once; later ones ask again. */
  take<Answer>(tool: string, args: Arguments): Answer | undefined
  /** Calls that are made alike in the same task share one request. */
  read<Answer>(tool: string, args: Arguments): Promise<Answer>
}

interface Begun {
  readonly answer: Promise<unknown>
  /** Undefined until it has come. */
  value?: unknown
}

export function createReads(client: Pick<McpClient, 'call'>): Reads {
  const begun = new Map<string, Begun>()
  const shared = new Map<string, Promise<unknown>>()
  const keyOf = (tool: string, args: Arguments) => `${tool} ${JSON.stringify(args)}`
  const take = (key: string) => {
    const found = begun.get(key)
    begun.delete(key)
    return found
  }

  return {
    async begin(calls) {
      const asked = calls.map(async ([tool, args]) => {
        const call: Begun = { answer: client.call(tool, args) }
        begun.set(keyOf(tool, args), call)
        call.value = await call.answer
      })
      // A view whose answer is not there waits for it, and tells of a failure.
      await Promise.allSettled(asked)
    },
    take<Answer>(tool: string, args: Arguments) {
      const key = keyOf(tool, args)
      return begun.get(key)?.value === undefined ? undefined : (take(key)?.value as Answer)
    },
    read<Answer>(tool: string, args: Arguments): Promise<Answer> {
      const key = keyOf(tool, args)
      const answer = take(key)?.answer ?? shared.get(key) ?? client.call<Answer>(tool, args)
      // A later task may ask because something has changed since.
      if (!shared.has(key)) queueMicrotask(() => shared.delete(key))
      shared.set(key, answer)
      return answer as Promise<Answer>
    },
  }
}
