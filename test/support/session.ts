import { randomUUID } from 'node:crypto'
import { appendFileSync, writeFileSync } from 'node:fs'

/** A session of Claude Code as it keeps it in a file, with all that is nobody's words in between. */
export interface Session {
  readonly path: string
  user(text: string, more?: object): void
  assistant(text: string, more?: object): void
  /** Appends text that is not JSON, or not yet. */
  raw(text: string): void
}

export function newSession(path: string): Session {
  writeFileSync(path, '')
  const id = randomUUID()
  let clock = Date.parse('2026-11-01T10:00:00Z')
  const add = (entry: object) => appendFileSync(path, `${JSON.stringify(entry)}\n`)
  const entry = (type: string, content: unknown, more: object) => {
    clock += 30_000
    return {
      parentUuid: null,
      isSidechain: false,
      sessionId: id,
      uuid: randomUUID(),
      timestamp: new Date(clock).toISOString(),
      type,
      message: { role: type, content },
      ...more,
    }
  }
  add({ type: 'file-history-snapshot', messageId: randomUUID(), snapshot: {} })
  return {
    path,
    user: (text, more = {}) => add(entry('user', text, more)),
    assistant(text, more = {}) {
      add(entry('assistant', [{ type: 'thinking', thinking: 'a thought' }], {}))
      add(entry('assistant', [{ type: 'text', text }], more))
      add(entry('assistant', [{ type: 'tool_use', id: 'toolu_1', name: 'Bash', input: {} }], {}))
      const result = [
        { type: 'tool_result', tool_use_id: 'toolu_1', content: 'a result '.repeat(50) },
      ]
      add(entry('user', result, { toolUseResult: {} }))
    },
    raw: (text) => appendFileSync(path, text),
  }
}
