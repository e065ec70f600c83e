import { z } from 'zod'
import { UserError } from '../../core/errors.ts'
import { fieldPath } from '../../core/field-path.ts'
import { isRecord } from '../../core/is-record.ts'
import { limitError } from '../../core/limited.ts'
import { nearest } from '../../core/nearest.ts'
import { straightenArguments, unwrap } from '../../core/straighten.ts'
import { cleanText, excerpt } from '../../core/text.ts'
import { completeIds } from './complete-ids.ts'

/** Unknown argument names listed in one error; chosen by hand. */
const MAX_UNKNOWN_NAMES = 3
const MAX_NAME_CHARACTERS = 100

type Path = readonly PropertyKey[]

/** Returns the parsed arguments. Throws a UserError that names the invalid argument and the reason. */
export function parseArguments<Input extends z.ZodObject>(
  schema: Input,
  raw: unknown,
): z.infer<Input> {
  const parsed = schema.safeParse(straightenArguments(schema, clean(raw)), { reportInput: true })
  if (parsed.success) return completeIds(parsed.data)
  const tooMuch = parsed.error.issues.map(excess).find((error) => error !== undefined)
  if (tooMuch) throw tooMuch
  // Unknown names come first, because a misspelt name explains a missing one. Two issues are enough to act on.
  const issues = [...parsed.error.issues].sort((a, b) => rank(a) - rank(b)).slice(0, 2)
  const sentences = issues.map((issue) => describe(schema, issue))
  throw new UserError('invalid_argument', [...new Set(sentences)].join(' '))
}

function excess(issue: z.core.$ZodIssue): UserError | undefined {
  return limitError(`Argument "${fieldPath(issue.path)}"`, issue)
}

function rank(issue: z.core.$ZodIssue): number {
  return issue.code === 'unrecognized_keys' ? 0 : 1
}

function describe(schema: z.ZodObject, issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return describeUnknown(schema, issue.path, issue.keys)
  const name = fieldPath(issue.path)
  if (name === '') return 'The arguments must be an object with named fields.'
  if (issue.code === 'invalid_type' && issue.input === undefined) {
    const about = schemaAt(schema, issue.path)?.description
    return `Argument "${name}" is missing${about === undefined ? '' : ` (${about})`}.`
  }
  return `Argument "${name}": ${reason(issue)}.${advice(issue)}`
}

function advice({ code, input }: z.core.$ZodIssue): string {
  if (code !== 'invalid_type') return ''
  if (input === null) return ' It is required, so give it.'
  if (!Number.isInteger(input) || Number.isSafeInteger(input)) return ''
  return ' So large a number loses digits on its way: give it as a text, in quotes.'
}

function describeUnknown(schema: z.ZodObject, path: Path, keys: readonly string[]): string {
  const known = Object.keys(shapeAt(schema, path))
  const each = keys.slice(0, MAX_UNKNOWN_NAMES).map((key) => {
    const guess = nearest(key, known)
    const question = guess === undefined ? '' : ` Did you mean "${guess}"?`
    return `Unknown argument "${excerpt(fieldPath([...path, key]), MAX_NAME_CHARACTERS)}".${question}`
  })
  const list = known.length === 0 ? 'It takes none.' : `Known: ${known.join(', ')}.`
  return `${each.join(' ')} ${list}`
}

function reason(issue: z.core.$ZodIssue): string {
  const text = issue.message.replace(/^(Invalid input|Invalid option|Too big|Too small): /, '')
  return text.replace(/\.$/, '')
}

function shapeAt(schema: z.ZodObject, path: Path): Readonly<Record<string, unknown>> {
  const found = schemaAt(schema, path)
  return found instanceof z.ZodObject ? found.shape : {}
}

function schemaAt(schema: z.ZodType, path: Path): z.ZodType | undefined {
  const whole = unwrap(schema)
  const [first, ...rest] = path
  if (first === undefined) return whole
  const inner = innerSchema(whole, first)
  return inner instanceof z.ZodType ? schemaAt(inner, rest) : undefined
}

function innerSchema(schema: z.ZodType, part: PropertyKey): unknown {
  if (schema instanceof z.ZodArray) return schema.element
  if (schema instanceof z.ZodObject) return schema.shape[String(part)]
  return undefined
}

/** Normalizes every string before anything compares, counts or stores it. */
function clean(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map(clean)
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, clean(item)]))
}
