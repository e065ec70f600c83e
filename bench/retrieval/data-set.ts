import { statSync } from 'node:fs'
import { readBeam } from './beam.ts'
import { readLocomo } from './locomo.ts'
import { readSmart } from './smart.ts'

/** Conversations or collections of documents, each searched by itself, with questions whose evidence is known. */
export interface DataSet {
  readonly name: string
  readonly conversations: readonly Conversation[]
  /** Sums over several categories, by the name under which they are printed. */
  readonly groups: Readonly<Record<string, readonly string[]>>
}

export interface Conversation {
  readonly name: string
  readonly sessions: readonly Session[]
  /** Only such as have evidence. */
  readonly questions: readonly Question[]
}

export interface Session {
  readonly source: string
  /** ISO 8601; absent where the data does not tell. */
  readonly createdAt?: string
  readonly turns: readonly Turn[]
}

export interface Turn {
  readonly id: string
  readonly text: string
  readonly role: 'user' | 'assistant'
}

export interface Question {
  readonly text: string
  readonly category: string
  /** Ids of turns. */
  readonly evidence: readonly string[]
}

/** Each knows its data by its shape, and answers undefined to what it does not know. */
const READERS = [readLocomo, readBeam, readSmart]

export function readDataSet(path: string): DataSet {
  if (!statSync(path, { throwIfNoEntry: false })) throw new Error(`There is nothing at ${path}.`)
  for (const read of READERS) {
    const found = read(path)
    if (found) return found
  }
  throw new Error(
    `${path} is none of what is known: the JSON file of LoCoMo, a folder of BEAM's chats, a folder with a SMART collection.`,
  )
}
