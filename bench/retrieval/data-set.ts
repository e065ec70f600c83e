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
  /** The right answer; absent where the data does not tell it, and for questions without one. */
  readonly answer?: string
  /** Ids of turns. */
  readonly evidence: readonly string[]
}
