import { UserError } from '../core/errors.ts'
import { isRecord } from '../core/is-record.ts'
import { checkLength, LIMITS } from '../core/limits.ts'

/** Parses a JSON Schema of arguments that was given as text. Throws a UserError unless it describes an object. */
export function parseParameters(text: string): Readonly<Record<string, unknown>> {
  checkLength('The JSON Schema of the parameters', text, LIMITS.toolParameters)
  const schema = parse(text)
  if (!isRecord(schema) || schema.type !== 'object') throw notAnObject()
  const { properties = {}, required = [] } = schema
  if (!isRecord(properties) || !Object.values(properties).every(isRecord)) throw notAnObject()
  if (!Array.isArray(required) || !required.every((name) => typeof name === 'string')) {
    throw notAnObject()
  }
  return { ...schema, properties, required }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UserError(
      'invalid_argument',
      'parameters is not JSON. Give a JSON Schema as text, or leave it out to have it read from the source.',
    )
  }
}

function notAnObject(): UserError {
  return new UserError(
    'invalid_argument',
    'parameters does not describe an object. Give a JSON Schema like {"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}.',
  )
}
