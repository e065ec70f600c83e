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
const INSERT = 'archival_memory_insert'
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
  const result = resultOf(INSERT, turn)
  if (!result) {
    if (!turn.offered.has(INSERT)) {
      return say(`I have no archival memory to store this in: ${excerpt(fact, MAX_ECHO)}`)
    }
    const thought = 'This is to be remembered, so I store it.'
    return { kind: 'call', name: INSERT, arguments: { content: fact }, thought }
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

/** Tools that replace words of a block, with their parameters for the old and the new words. */
const REPLACES = [
  ['core_memory_replace', 'old_content', 'new_content'],
  ['memory_replace', 'old_string', 'new_string'],
] as const
/** Tools that add to a block, with their parameter for the words. */
const ADDS = [
  ['core_memory_append', 'content'],
  ['memory_insert', 'new_string'],
] as const
const NAME_TOOLS: ReadonlySet<string> = new Set([...REPLACES, ...ADDS].map(([tool]) => tool))

function correctName(name: string, turn: Turn): Move | null {
  const known = findKnownName(turn)
  const call = (tool: string, words: Readonly<Record<string, string>>): Move => ({
    kind: 'call',
    name: tool,
    arguments: { label: 'human', ...words },
    thought: 'The user told me a name, so I correct what I know.',
  })
  const replaces = REPLACES.find(([tool]) => turn.offered.has(tool))
  if (known && replaces) {
    const [tool, before, after] = replaces
    // The name ends the sentence, and may also occur earlier in it.
    const corrected = known.sentence.slice(0, -known.name.length) + name
    return call(tool, { [before]: known.sentence, [after]: corrected })
  }
  const adds = ADDS.find(([tool]) => turn.offered.has(tool))
  return adds ? call(adds[0], { [adds[1]]: `The user's name is ${name}.` }) : null
}

function search(about: string, turn: Turn): Move {
  const subject = withoutEndMarks(about)
  const tool = SEARCHES.find((name) => turn.offered.has(name) && !resultOf(name, turn))
  if (tool) {
    const thought = 'I search my memory before I answer.'
    return { kind: 'call', name: tool, arguments: { query: subject }, thought }
  }
  const results = SEARCHES.flatMap((name) => resultOf(name, turn)?.text ?? [])
  const problem = results.map(findProblem).find((each) => each !== null)
  const found = results
    .filter((text) => findProblem(text) === null)
    .flatMap(readFound)
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

/** Without a regular expression, which takes quadratic time on a long text. */
function withoutEndMarks(text: string): string {
  let end = text.length
  while (end > 0 && ' \n\t?!.'.includes(text.charAt(end - 1))) end -= 1
  return text.slice(0, end)
}

function resultOf(name: string, turn: Turn): ToolResult | undefined {
  return turn.results.find((result) => result.name === name)
}
