/** The server wants a token, or does not take the one that it got. */
export class Unauthorized extends Error {}

/** The server cannot be reached. */
export class Unreachable extends Error {}

/** A tool refused, in a sentence for people. */
export class Refused extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

export function isConflict(error: unknown): boolean {
  return error instanceof Refused && error.code === 'conflict'
}
