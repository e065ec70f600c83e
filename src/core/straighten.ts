import { z } from 'zod'
import { isRecord } from './is-record.ts'
import { readLooseValue } from './loose-value.ts'
import { unnest } from './unnest.ts'

/*
 * Clients and models write arguments more loosely than the schema: every value as text, numbers where text is wanted,
 * null or empty text for omitted fields. A value with one possible meaning is converted; everything else stays as it is
 * and is refused. The same code serves MCP clients and an agent's own model.
 */

/** n8n adds these to every call. Ignored unless the tool has such an argument. */
const INJECTED = ['sessionId', 'action', 'chatInput', 'toolCallId']

/** Converts the arguments of a call to match the schema. `besides` names arguments that the schema does not know. */
export function straightenArguments(
  schema: z.ZodObject,
  value: unknown,
  besides: readonly string[] = [],
): unknown {
  const given = typeof value === 'string' ? (parseAs(value, isRecord) ?? value) : value
  if (given === undefined || given === null || given === '' || isEmptyList(given)) return {}
  if (!isRecord(given)) return given
  const known = Object.keys(schema.shape)
  const injected = INJECTED.filter((name) => !known.includes(name))
  return straighten(schema, unnest(without(given, injected), known, besides))
}

function straighten(schema: z.ZodType, value: unknown): unknown {
  const wanted = unwrap(schema)
  if (wanted instanceof z.ZodObject) return straightenObject(wanted, value)
  if (wanted instanceof z.ZodArray) return straightenList(wanted, value)
  if (wanted instanceof z.ZodString) return textOf(value)
  if (typeof value !== 'string') return value
  if (wanted instanceof z.ZodEnum) return optionOf(wanted, value)
  if (wanted instanceof z.ZodNumber) return parseAs(value, Number.isFinite) ?? value
  if (wanted instanceof z.ZodBoolean) {
    return parseAs(value.toLowerCase(), (parsed) => typeof parsed === 'boolean') ?? value
  }
  return value
}

function straightenObject(schema: z.ZodObject, value: unknown): unknown {
  const given = typeof value === 'string' ? (parseAs(value, isRecord) ?? value) : value
  if (!isRecord(given)) return given
  const entries = Object.entries(given).flatMap(([key, item]) => {
    const inner: unknown = Object.hasOwn(schema.shape, key) ? schema.shape[key] : undefined
    if (!(inner instanceof z.ZodType)) return [[key, item] as const]
    return standsForAbsence(inner, item) ? [] : [[key, straighten(inner, item)] as const]
  })
  return Object.fromEntries(entries)
}

/** Null, or a text for nothing that the schema would refuse, in an optional field. */
function standsForAbsence(schema: z.ZodType, value: unknown): boolean {
  if (value !== null && !NOTHING.has(value)) return false
  if (!schema.safeParse(undefined).success) return false
  return value === null || !schema.safeParse(value).success
}

/** As models write it that think in JSON, Python or JavaScript. */
const NOTHING: ReadonlySet<unknown> = new Set(['', 'null', 'None', 'undefined'])

/** The one option that is written the same but for capitals and quotation marks. */
function optionOf(schema: z.ZodEnum, value: string): unknown {
  if (schema.safeParse(value).success) return value
  const fold = (text: unknown) =>
    String(text)
      .trim()
      .replace(/^(["'])(.*)\1$/, '$2')
      .toLowerCase()
  const alike = schema.options.filter((option) => fold(option) === fold(value))
  return alike.length === 1 ? alike[0] : value
}

function straightenList(schema: z.ZodArray, value: unknown): unknown {
  const { element } = schema
  if (!(element instanceof z.ZodType)) return value
  const list = typeof value === 'string' ? (listIn(value) ?? value) : value
  if (Array.isArray(list)) return list.map((item) => straighten(element, item))
  return isSingle(unwrap(element), list) ? [straighten(element, list)] : list
}

/** A list as JSON, or as Python writes it. */
function listIn(text: string): unknown {
  const parsed = parseAs(text, Array.isArray)
  if (parsed !== undefined || !/^\s*\[/.test(text)) return parsed
  const read = readLooseValue(text, 0)
  return read && text.slice(read.end).trim() === '' ? read.value : undefined
}

/** A single value where a list is wanted. A text that may hold several values stays. */
function isSingle(element: z.ZodType, value: unknown): boolean {
  if (element instanceof z.ZodObject) return isRecord(value)
  if (!(element instanceof z.ZodString || element instanceof z.ZodEnum)) return false
  if (typeof value === 'string') return value.trim() !== '' && !/[,;\n[\]{}"|]/.test(value)
  return textOf(value) !== value
}

/**
 * The text of a number or boolean. An integer beyond double precision has already lost digits, so it stays and is
 * refused.
 */
function textOf(value: unknown): unknown {
  if (typeof value === 'boolean') return String(value)
  if (typeof value !== 'number' || !Number.isFinite(value)) return value
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? value : String(value)
}

/** The inner schema, without default, optional and nullable. */
export function unwrap(schema: z.ZodType): z.ZodType {
  if (!(schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)) return schema
  const inner = schema.unwrap()
  return inner instanceof z.ZodType ? unwrap(inner) : schema
}

function parseAs(text: string, isWanted: (value: unknown) => boolean): unknown {
  try {
    const parsed: unknown = JSON.parse(text)
    return isWanted(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

function without(value: Readonly<Record<string, unknown>>, names: readonly string[]) {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !names.includes(key)))
}
