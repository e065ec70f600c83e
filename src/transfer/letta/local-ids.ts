import type { AgentFile } from '../format/agent-file.ts'

/** Ids of calls and passages numbered in their order, so that the same agents always give one file. Pure. */
export function withLocalIds(files: readonly AgentFile[]): readonly AgentFile[] {
  const calls = numbering('call')
  const passages = numbering('passage')
  return files.map((file) => withNumbers(file, calls, passages))
}

type Numbering = (id: string) => string

function withNumbers(file: AgentFile, calls: Numbering, passages: Numbering): AgentFile {
  for (const { passages: all } of file.archives) for (const { id } of all) passages(id)
  return {
    ...file,
    messages: file.messages.map((message) => {
      if (message.role === 'tool') return { ...message, call_id: calls(message.call_id) }
      if (message.role !== 'assistant') return message
      const tool_calls = message.tool_calls.map((call) => ({ ...call, id: calls(call.id) }))
      return { ...message, tool_calls }
    }),
    archives: file.archives.map((archive) => ({
      ...archive,
      passages: archive.passages.map(({ superseded_by, ...passage }) => ({
        ...passage,
        id: passages(passage.id),
        ...(superseded_by !== undefined && { superseded_by: passages(superseded_by) }),
      })),
    })),
  }
}

function numbering(kind: string): Numbering {
  const known = new Map<string, string>()
  return (id) => {
    const number = known.get(id) ?? `${kind}-${known.size}`
    known.set(id, number)
    return number
  }
}
