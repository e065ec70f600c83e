import { parse } from '@babel/parser'
import type { File, Program } from '@babel/types'
import { UserError } from '../../core/errors.ts'

export interface ParsedTypeScript {
  readonly source: string
  readonly program: Program
}

/** Chosen by hand: far more than anyone writes, and parsed in well under a second. */
const MAX_SOURCE_CHARS = 200_000

/** `script`: `await` and `return` values at the top are allowed. Throws UserError that names the line. */
export function parseTypeScript(source: string): ParsedTypeScript {
  if (source.length > MAX_SOURCE_CHARS) {
    throw new UserError(
      'limit_exceeded',
      `The source is longer than ${MAX_SOURCE_CHARS} characters. Shorten it.`,
    )
  }
  return { source, program: parseFile(source).program }
}

function parseFile(source: string): File {
  try {
    return parse(source, { sourceType: 'module', plugins: ['typescript'] })
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const place = 'loc' in error ? (error.loc as { line: number }) : { line: 1 }
    // The parser ends its message with line and column.
    throw sourceError(place.line, error.message.replace(/\s*\(\d+:\d+\)$/, ''))
  }
}

export function sourceError(line: number | undefined, problem: string): UserError {
  const where = line === undefined ? '' : `Line ${line}: `
  return new UserError(
    'invalid_argument',
    `${where}${/[.!?]$/.test(problem) ? problem : `${problem}.`}`,
  )
}
