import { excerpt } from '../../core/text.ts'
import { findKnownName, findProblem, isRealName, readFound } from './rehearsal-memory.ts'
import type { ToolResult, Turn } from './rehearsal-turn.ts'

export type Move =
  | { readonly kind: 'say'; readonly text: string }
  | {
      readonly kind: 'call'
      readonly name: string
      readonly arguments: Readonly<Record<string, unknown>>
      /** The reason, in a few words. */
      readonly thought: string
    }

interface Pattern {
  readonly matches: RegExp
  readonly next: (about: string, turn: Turn) => Move
}

/** Characters. Chosen by hand. */
const MAX_ECHO = 2_000
/** Chosen by hand. */
const MAX_FINDINGS = 5
const SEARCHES = ['archival_memory_search', 'conversation_search'] as const

/** The first match counts; its first group is the subject of the sentence. */
const PATTERNS: readonly Pattern[] = [
  { matches: /\bwhat(?:'|’)?(?:s|\s+is)\s+my\s+name\b|\bwho\s+am\s+i\b/i, next: tellName },
  {
    matches:
      /\b(?:what|anything)\s+(?:do|can|did)\s+you\s+(?:know|remember|recall)\s+(?:about|of)\s+([\s\S]+)/i,
    next: search,
  },
  { matches: /\bdo\s+you\s+(?:remember|recall)\s+([\s\S]+)/i, next: search },
  { matches: /\bremember\b(?:\s+that\b)?\s*[:,]?\s*([\s\S]+)/i, next: store },
  {
    matches: /\bmy\s+name\s+is\s+(?:actually\s+|now\s+)?([^\s.,;!?][^.,;!?\n]{0,80})/i,
    next: learnName,
  },
  { matches: /^(?:hi|hello|hey|greetings|good\s+(?:morning|afternoon|evening))\b/i, next: greet },
]

/** The next move: depends on the user's wish and on the tools that have answered since. */
export function nextMove(turn: Turn): Move {
  for (const { matches, next } of PATTERNS) {
    const match = matches.exec(turn.said)
    if (match) return next((match[1] ?? '').trim(), turn)
  }
  return say(turn.said === '' ? 'I am here.' : `You said: ${excerpt(turn.said, MAX_ECHO)}`)
}

function say(text: string): Move {
  return { kind: 'say', text }
}

function greet(_about: string, turn: Turn): Move {
  const known = findKnownName(turn)
  return say(isRealName(known) ? `Hello, ${known.name}!` : 'Hello! How can I help you?')
}

function tellName(_about: string, turn: Turn): Move {
  const known = findKnownName(turn)
  return say(isRealName(known) ? `Your name is ${known.name}.` : 'I do not know your name yet.')
}

function store(fact: string, turn: Turn): Move {
  const result = resultOf('archival_memory_insert', turn)
  if (!result) {
    if (!turn.offered.has('archival_memory_insert')) {
      return say(`I have no archival memory to store this in: ${excerpt(fact, MAX_ECHO)}`)
    }
    return {
      kind: 'call',
      name: 'archival_memory_insert',
      arguments: { content: fact },
      thought: 'This is to be remembered, so I store it.',
    }
  }
  const problem = findProblem(result.text)
  return say(
    problem === null
      ? `I will remember that: ${excerpt(fact, MAX_ECHO)}`
      : `I could not store that: ${problem}`,
  )
}

function learnName(about: string, turn: Turn): Move {
  const name = about.replace(/\s+(?:and|but)\b[\s\S]*$/i, '').trim()
  const result = turn.results.find((each) => NAME_TOOLS.has(each.name))
  if (result) {
    const problem = findProblem(result.text)
    return say(
      problem === null
        ? `Hello, ${name}! I have noted your name.`
        : `Hello, ${name}! I could not note your name: ${problem}`,
    )
  }
  if (findKnownName(turn)?.name === name) return say(`Hello, ${name}!`)
  return correctName(name, turn) ?? say(`Hello, ${name}!`)
}

const NAME_TOOLS: ReadonlySet<string> = new Set([
  'core_memory_replace',
  'core_memory_append',
  'memory_replace',
  'memory_insert',
])

function correctName(name: string, turn: Turn): Move | null {
  const known = findKnownName(turn)
  const thought = 'The user told me a name, so I correct what I know.'
  const call = (tool: string, args: Readonly<Record<string, unknown>>): Move => ({
    kind: 'call',
    name: tool,
    arguments: { label: 'human', ...args },
    thought,
  })
  if (known) {
    // The name ends the sentence, and may also occur earlier in it.
    const corrected = known.sentence.slice(0, -known.name.length) + name
    if (turn.offered.has('core_memory_replace')) {
      return call('core_memory_replace', { old_content: known.sentence, new_content: corrected })
    }
    if (turn.offered.has('memory_replace')) {
      return call('memory_replace', { old_string: known.sentence, new_string: corrected })
    }
  }
  const sentence = `The user's name is ${name}.`
  if (turn.offered.has('core_memory_append')) {
    return call('core_memory_append', { content: sentence })
  }
  if (turn.offered.has('memory_insert')) {
    return call('memory_insert', { new_string: sentence })
  }
  return null
}

function search(about: string, turn: Turn): Move {
  const subject = withoutEndMarks(about)
  const tool = SEARCHES.find((name) => turn.offered.has(name) && !resultOf(name, turn))
  if (tool) {
    return {
      kind: 'call',
      name: tool,
      arguments: { query: subject },
      thought: 'I search my memory before I answer.',
    }
  }
  const results = turn.results.filter((each) => SEARCHES.some((name) => name === each.name))
  const problem = results.map((each) => findProblem(each.text)).find((each) => each !== null)
  const found = results
    .filter((each) => findProblem(each.text) === null)
    .flatMap((each) => readFound(each.text))
    // A search of the conversation also finds the question itself.
    .filter((text) => text.trim() !== turn.said)
  const findings = [...new Set(found)].slice(0, MAX_FINDINGS)
  if (findings.length > 0) {
    const lines = findings.map((text) => `- ${excerpt(text, MAX_ECHO)}`)
    return say(`This is what I know about ${subject}:\n${lines.join('\n')}`)
  }
  return say(
    problem === undefined
      ? `I know nothing about ${subject} yet.`
      : `I could not search for ${subject}: ${problem}`,
  )
}

function withoutEndMarks(text: string): string {
  let end = text.length
  while (end > 0 && ' \n\t?!.'.includes(text.charAt(end - 1))) end -= 1
  return text.slice(0, end)
}

function resultOf(name: string, turn: Turn): ToolResult | undefined {
  return turn.results.find((result) => result.name === name)
}
