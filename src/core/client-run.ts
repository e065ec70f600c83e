/** A message of several that begin a run together. */
export interface RunInput {
  readonly role: 'user' | 'system' | 'assistant'
  readonly text: string
  /** A note of the server, which no sender can write. */
  readonly from?: 'server' | undefined
}

/** A tool that the sender of the message runs itself: a call of it waits for the sender's result. */
export interface ClientTool {
  readonly name: string
  readonly description: string
  /** JSON Schema of the arguments. */
  readonly parameters: Readonly<Record<string, unknown>>
}
