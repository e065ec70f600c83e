import { decodeSegment } from './text.ts'

/**
 * Matches a path or URI against a template. Returns the variables, or undefined if it does not match.
 * `matchPath('a/{b}', 'a/x%20y')` gives `{ b: 'x y' }`.
 */
export function matchPath(
  template: string,
  path: string,
): Readonly<Record<string, string>> | undefined {
  const parts = template.split('/')
  const segments = path.split('/')
  if (parts.length !== segments.length) return undefined
  const variables: Record<string, string> = {}
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? ''
    const name = /^\{(\w+)\}$/.exec(part)?.[1]
    if (name === undefined && part !== segment) return undefined
    if (name !== undefined) {
      const value = decodeSegment(segment)
      if (value === undefined || value === '') return undefined
      variables[name] = value
    }
  }
  return variables
}
