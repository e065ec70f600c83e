import { readLooseValue } from '../../core/loose-value.ts'
import type { ToolSpec } from '../model.ts'
import { resolveToolName } from './tool-name.ts'

/** A call found in a text, under the name of the offered tool, or as written if no offered tool matches. */
export interface WrittenCall {
  readonly name: string
  /** JSON, or the text as written if it can't be read. */
  readonly arguments: string
  /** Why the call can't be made, for the model. */
  readonly problem?: string
}

export interface TextWithCalls {
  /** The text without the calls. */
  readonly text: string
  readonly calls: readonly WrittenCall[]
}

export type Tools = readonly ToolSpec[]
type Fields = Readonly<Record<string, unknown>>

export function nameIn(tools: Tools, written: string): string | undefined {
  return resolveToolName(
    written,
    tools.map(({ name }) => name),
  )
}

export function propertiesOf(tools: Tools, name: string): Readonly<Record<string, Fields>> {
  const properties = tools.find((tool) => tool.name === name)?.parameters.properties
  return isFields(properties) ? (properties as Record<string, Fields>) : {}
}

/** A value in a tag has no type. A string parameter keeps the text; any other is parsed by its schema. */
export function typedValue(text: string, schema: Fields | undefined): unknown {
  if (schema?.type === 'string' || schema?.enum !== undefined) return text
  const value = wholeValue(text.trim())
  if (value === undefined) return text
  // Without a schema, only plain numbers, booleans, objects and the like are parsed.
  return schema !== undefined || typeof value !== 'string' ? value : text
}

/** Parses the whole text as one value, JSON or nearly so. */
export function wholeValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const loose = readLooseValue(text, 0)
    return loose && text.slice(loose.end).trim() === '' ? loose.value : undefined
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const NAME_KEYS = [
  'name',
  'tool_name',
  'function_name',
  'tool',
  'function',
  'recipient_name',
  'action',
]
const ARGUMENT_KEYS = [
  'arguments',
  'parameters',
  'args',
  'input',
  'params',
  'tool_input',
  'action_input',
  'kwargs',
]
const ASIDE_KEYS: ReadonlySet<string> = new Set(['id', 'type', 'tool_call_id', 'index'])
const WRAPPER_KEYS = ['function', 'tool_call', 'function_call']
const LIST_KEYS = ['tool_calls', 'tool_uses', 'function_calls', 'calls']

/** How certain it is that a value is meant as a call. */
export type Trust =
  /** It is between marks of calls. */
  | 'marked'
  /** It is in ordinary text: it must be a call of an offered tool, and nothing else. */
  | 'bare'

/** The calls that a JSON value describes. Undefined: none, or something besides calls. */
export function callsOf(value: unknown, tools: Tools, trust: Trust): WrittenCall[] | undefined {
  const list = listIn(value)
  if (list) {
    const calls = list.map((entry) => callsOf(entry, tools, trust))
    const known = calls.flatMap((each) => each ?? [])
    return known.length > 0 && calls.every((each) => each !== undefined) ? known : undefined
  }
  if (!isFields(value)) return undefined
  const inner = WRAPPER_KEYS.map((key) => value[key]).find(isFields)
  const onlyWraps = Object.keys(value).every(
    (key) => WRAPPER_KEYS.includes(key) || ASIDE_KEYS.has(key),
  )
  if (inner && onlyWraps) return callsOf(inner, tools, trust)
  const call = namedCall(value, tools, trust) ?? keyedCall(value, tools)
  return call && [call]
}

function listIn(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value
  if (!isFields(value)) return undefined
  // A whole message as JSON has a role, and its content is empty.
  const [key, ...others] = Object.keys(value).filter(
    (each) => !ASIDE_KEYS.has(each) && each !== 'role' && value[each] != null && value[each] !== '',
  )
  const list =
    key !== undefined && others.length === 0 && LIST_KEYS.includes(key) ? value[key] : null
  return Array.isArray(list) ? list : undefined
}

function namedCall(value: Fields, tools: Tools, trust: Trust): WrittenCall | undefined {
  const nameKey = NAME_KEYS.find((key) => typeof value[key] === 'string')
  const written = nameKey === undefined ? undefined : value[nameKey]
  if (nameKey === undefined || typeof written !== 'string') return undefined
  const name = nameIn(tools, written)
  const argumentsKey = ARGUMENT_KEYS.find((key) => value[key] != null)
  if (trust === 'bare') {
    const others = Object.keys(value).filter(
      (key) => key !== nameKey && key !== argumentsKey && !ASIDE_KEYS.has(key),
    )
    // Without arguments it is any object with a name.
    if (name === undefined || argumentsKey === undefined || others.length > 0) return undefined
  }
  const given = argumentsKey === undefined ? restOf(value, nameKey) : value[argumentsKey]
  const text = typeof given === 'string' ? given : JSON.stringify(given)
  return { name: name ?? written, arguments: text }
}

/** Some models write the arguments beside the name. */
function restOf(value: Fields, nameKey: string): Fields {
  return Object.fromEntries(
    Object.entries(value).filter(
      ([key, field]) =>
        key !== nameKey && !ASIDE_KEYS.has(key) && !(ARGUMENT_KEYS.includes(key) && field == null),
    ),
  )
}

/** `{"send_message": {…}}`: the key is the name. */
function keyedCall(value: Fields, tools: Tools): WrittenCall | undefined {
  const [entry, ...others] = Object.entries(value)
  if (!entry || others.length > 0 || !isFields(entry[1])) return undefined
  const name = nameIn(tools, entry[0])
  if (name === undefined) return undefined
  const properties = propertiesOf(tools, name)
  const isFitting = Object.keys(entry[1]).every((key) => Object.hasOwn(properties, key))
  return isFitting ? { name, arguments: JSON.stringify(entry[1]) } : undefined
}
