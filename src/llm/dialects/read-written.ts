import { readChannels } from './harmony.ts'
import { readLastCall } from './last-call.ts'
import { splitThinking } from './split-thinking.ts'
import { readTaggedCalls } from './tagged-calls.ts'
import { readMarked, readTextCalls } from './text-calls.ts'
import { ANSWER } from './thinking.ts'
import type { Tools, WrittenCall } from './written-call.ts'

export interface Written {
  readonly text: string
  readonly reasoning: string
  readonly calls: readonly WrittenCall[]
}

/** An endless text is no answer, and each mark would be searched for in all of it. Chosen by hand. */
const MAX_CHARACTERS = 400_000

/**
 * Sorts a model's output into words, thinking and calls. `reasoning` is the text that the server reports as thinking; a
 * call or an answer found only there is used as well.
 */
export function readWritten(content: string, reasoning: string, tools: Tools): Written {
  if (content.length > MAX_CHARACTERS) return { text: content, reasoning, calls: [] }
  const read = readContent(content, tools)
  const thought = [reasoning, read.reasoning].filter((part) => part !== '').join('\n')
  if (read.text.trim() !== '' || read.calls.length > 0) return { ...read, reasoning: thought }
  return { ...readThought(thought, tools) }
}

function readContent(content: string, tools: Tools): Written {
  const channels = readChannels(content, tools)
  if (channels) {
    const more = readTextCalls(channels.text, tools)
    return { ...channels, text: more.text, calls: [...channels.calls, ...more.calls] }
  }
  const { text, reasoning } = splitThinking(content)
  return { ...readTextCalls(text, tools), reasoning }
}

/**
 * Calls between marks, and a call at the very end: otherwise a model's thinking may look like anything. There is no
 * other answer.
 */
function readThought(thought: string, tools: Tools): Written {
  const channels = readChannels(thought, tools, 'thought')
  if (channels && (channels.calls.length > 0 || channels.text !== '')) return channels
  const { text, calls } = readMarked(thought, tools)
  const made = calls.filter(({ problem }) => problem === undefined)
  if (made.length > 0) return { text: '', reasoning: text, calls: made }
  const last = readTaggedCalls(thought, tools) ?? readLastCall(thought.trim(), tools)
  if (last) return { text: '', reasoning: last.text, calls: last.calls }
  const split = splitThinking(thought)
  if (split.reasoning !== '' && split.text !== '')
    return { ...readTextCalls(split.text, tools), reasoning: split.reasoning }
  const answer = /<(answer|response|final_answer)>[\s\S]*$/i.exec(thought)
  const said = answer ? ANSWER.exec(answer[0])?.[2]?.trim() : undefined
  if (answer && said) {
    return { ...readTextCalls(said, tools), reasoning: thought.slice(0, answer.index).trim() }
  }
  return { text: '', reasoning: thought, calls: [] }
}
