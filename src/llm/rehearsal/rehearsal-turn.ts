import type { CallId } from '../../core/ids.ts'
import type { ModelRequest } from '../model.ts'

export interface ToolResult {
  readonly name: string
  readonly text: string
}

/** The rehearsal model's knowledge; all of it comes from the request. */
export interface Turn {
  /** The user's latest words. */
  readonly said: string
  /** Results of tools since then. */
  readonly results: readonly ToolResult[]
  readonly system: string
  readonly offered: ReadonlySet<string>
}

export function readTurn({ messages, tools, toolChoice }: ModelRequest): Turn {
  const names = new Map<CallId, string>()
  let said = ''
  let system = ''
  let results: ToolResult[] = []
  for (const message of messages) {
    const text = message === messages.at(-1) ? withoutLastLine(message.text) : message.text
    switch (message.role) {
      case 'system':
        system = system === '' ? message.text : `${system}\n${message.text}`
        break
      case 'user':
        // A message that held only the last line was not written by the user.
        if (text.trim() === '') break
        said = withoutStamp(text).trim()
        results = []
        break
      case 'assistant':
        for (const call of message.toolCalls) names.set(call.id, call.name)
        break
      case 'tool':
        results.push({ name: names.get(message.callId) ?? '', text })
        break
    }
  }
  const usable = toolChoice === 'none' ? [] : tools
  return { said, results, system, offered: new Set(usable.map((tool) => tool.name)) }
}

/** A user message begins with a line that gives the time it was written. */
function withoutStamp(text: string): string {
  return text.replace(/^\[\w+ \d{4}-\d\d-\d\d \d\d:\d\d\]\n/, '')
}

/** The newest message may end with a line of time and memory counts, after a notice to the agent. */
function withoutLastLine(text: string): string {
  const lines = text.trimEnd().split('\n')
  if (!lines.at(-1)?.startsWith('<context')) return text
  const end = lines.findLastIndex(
    (line) => !line.startsWith('(system) ') && !line.startsWith('<context'),
  )
  return lines
    .slice(0, end + 1)
    .join('\n')
    .trimEnd()
}
