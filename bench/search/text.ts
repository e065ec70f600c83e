import { readdirSync, readFileSync } from 'node:fs'
import { contentWordsOf } from '../shared/words.ts'

/*
 * English-looking text from a seed: chains of words as they follow each other in Recollect's own documents, so that stop
 * words are as frequent as in any text, and among them names that nobody else has, few of them often and most of them
 * rarely, as in a memory of people, places and projects.
 */

export interface Writer {
  /** About 337 characters on average, as in a turn of talk or a short note. */
  passage(): string
  /** 5 to 10 words with stop words, about something that `passage` says. */
  question(passage: string): string
}

const SHORTEST = 200
const LONGEST = 460
const NAMES = 200_000
/** One of so many words is a name. */
const NAME_EVERY = 12
const SYLLABLES =
  'ba do ke lu mi no ra se ti vo za chi fer gan hol jur kel mor pen quil rast sten tav wex'
const QUESTIONS = [
  'what did they say about {a} and {b}',
  'when was the {a} of {b} done',
  'how does {a} work together with the {b} {c}',
  'which {a} did we use for {b} last time',
  'where is the {a} that has the {b}',
  'who told me that {a} is like {b} or {c}',
  'why is there a {a} in the {b}',
]

export function readCorpus(): string {
  const folders = ['.', 'docs', 'prompts']
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.md'))
      .sort()
      .map((file) => `${folder}/${file}`),
  )
  return files.map((file) => readFileSync(file, 'utf8')).join('\n')
}

export function createWriter(corpus: string, seed: number): Writer {
  const random = randomFrom(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const words = corpus.match(/[A-Za-z][A-Za-z'-]*[.,;:?]?/g) ?? []
  const followers = new Map<string, string[]>()
  for (const [index, word] of words.slice(0, -1).entries()) {
    const known = followers.get(word)
    const next = words[index + 1] ?? ''
    if (known) known.push(next)
    else followers.set(word, [next])
  }
  const syllables = SYLLABLES.split(' ')

  /** The rank has the distribution of Zipf's law: its logarithm is spread evenly. */
  function name(): string {
    let rank = Math.floor(NAMES ** random())
    let text = ''
    do {
      text += syllables[rank % syllables.length]
      rank = Math.floor(rank / syllables.length)
    } while (rank > 0)
    return text.length < 4 ? `${text}${syllables[0]}` : text
  }

  return {
    passage() {
      const length = SHORTEST + random() * (LONGEST - SHORTEST)
      let word = pick(words)
      let text = word
      while (text.length < length) {
        word = pick(followers.get(word) ?? words)
        text += random() < 1 / NAME_EVERY ? ` ${name()} ${word}` : ` ${word}`
      }
      return text
    },
    question(passage) {
      const about = contentWordsOf(passage).filter((word) => word.length > 2)
      return pick(QUESTIONS).replace(/\{.\}/g, () => pick(about))
    },
  }
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
