import { readJsonCalls } from './read-call-body.ts'
import { isInFence } from './split-thinking.ts'
import { unescaped } from './unescaped.ts'
import {
  isFields,
  nameIn,
  propertiesOf,
  type Tools,
  typedValue,
  type WrittenCall,
  wholeValue,
} from './written-call.ts'

/*
 * Calls in tags that no dialect owns: `<send_message>…</send_message>`, `<tool:send_message>{…}</tool:send_message>`,
 * `<tools>{"name": …}</tools>`. They count only where nothing but a call of an offered tool is in the tag.
 */

const OPEN =
  /(?:^|\n)[ \t]*<((?:(\w[\w.-]*):)?(\w[\w.-]*))((?:\s+[\w-]+\s*=\s*"[^"<>]*")*)\s*(\/?)>/g
/** Each is searched for its end. Chosen by hand. */
const MAX_TAGS = 50
const ATTRIBUTE = /([\w-]+)\s*=\s*"([^"<>]*)"/g

/** Undefined: there are none. */
export function readTaggedCalls(
  content: string,
  tools: Tools,
): { readonly text: string; readonly calls: readonly WrittenCall[] } | undefined {
  const calls: WrittenCall[] = []
  const kept: string[] = []
  let from = 0
  for (const open of [...content.matchAll(OPEN)].slice(-MAX_TAGS)) {
    const [written, tag = '', , , , selfClosed] = open
    if (open.index < from || isInFence(content.slice(0, open.index))) continue
    const inside = open.index + written.length
    const close = `</${tag}>`
    const end = selfClosed === '/' ? inside : content.indexOf(close, inside)
    const found = end < 0 ? undefined : callsOf(open, content.slice(inside, end), tools)
    if (!found) continue
    kept.push(content.slice(from, open.index))
    calls.push(...found)
    from = selfClosed === '/' ? inside : end + close.length
  }
  if (calls.length === 0) return undefined
  return { text: [...kept, content.slice(from)].join('').trim(), calls }
}

function callsOf(
  [, tag = '', prefix, local = '', attributes = '']: RegExpExecArray,
  body: string,
  tools: Tools,
): readonly WrittenCall[] | undefined {
  const given = new Map(
    [...attributes.matchAll(ATTRIBUTE)].map(([, key = '', text = '']) => [key, text]),
  )
  const names = [given.get('name'), given.get('tool'), prefix === undefined ? tag : local]
  const written = names.find((name) => name !== undefined && nameIn(tools, name) !== undefined)
  const name = written === undefined ? undefined : nameIn(tools, written)
  if (name === undefined) return readJsonCalls(body.trim(), tools, 'bare')
  const properties = propertiesOf(tools, name)
  const isOwn = (fields: object) =>
    Object.keys(fields).every((key) => Object.hasOwn(properties, key))
  const value =
    body.trim() === ''
      ? fieldsOf(given, properties)
      : (objectIn(body) ?? childrenOf(body, properties))
  return value && isOwn(value) ? [{ name, arguments: JSON.stringify(value) }] : undefined
}

type Properties = Readonly<Record<string, Readonly<Record<string, unknown>>>>

function fieldsOf(given: ReadonlyMap<string, string>, properties: Properties) {
  const own = [...given].filter(([key]) => Object.hasOwn(properties, key))
  if (own.length === 0) return undefined
  return Object.fromEntries(
    own.map(([key, text]) => [key, typedValue(unescaped(text), properties[key])]),
  )
}

function objectIn(body: string): Readonly<Record<string, unknown>> | undefined {
  const value = /^\s*\{/.test(body) ? wholeValue(body.trim()) : undefined
  return isFields(value) ? value : undefined
}

/** Tags named after parameters, and nothing besides them. */
function childrenOf(body: string, properties: Properties) {
  const fields: [string, unknown][] = []
  const rest = body.replaceAll(/<(\w+)>([\s\S]*?)<\/\1>/g, (_, key: string, text: string) => {
    fields.push([key, typedValue(text.replace(/^\r?\n|\r?\n$/g, ''), properties[key])])
    return ''
  })
  return rest.trim() === '' && fields.length > 0 ? Object.fromEntries(fields) : undefined
}
