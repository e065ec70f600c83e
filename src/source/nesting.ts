import { UserError } from '../core/errors.ts'

/** Parsers call themselves for what nests, as does all that walks their trees, so source may overflow the stack. */
export function refuseDeepNesting<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof RangeError && /call stack/.test(error.message))) throw error
    throw new UserError(
      'invalid_argument',
      'The source nests too deeply, or one of its expressions is too long, to be read. Split it into smaller parts.',
      { cause: error },
    )
  }
}
