import {
  isFields,
  nameIn,
  propertiesOf,
  type Tools,
  typedValue,
  type WrittenCall,
  wholeValue,
} from './written-call.ts'

/** Namespaces that some models put before every tag. */
const PREFIX = String.raw`(?:[｜|]?\w+[｜|:])?`
/** `<function=x>`, `<invoke name="x">`, `<function name="x">`, `<function(x)>`. */
const HEAD = new RegExp(
  String.raw`<${PREFIX}(?:function|invoke|tool|tool_call|function_call|tool_use)(?:\s*=\s*|\s+name\s*=\s*|\()"?([^">)\s]+)"?\)?[^>]*>`,
  'i',
)
const NAME_TAG =
  /<(?:tool_name|function_name|tool|function|name)>\s*([\s\S]*?)\s*<\/(?:tool_name|function_name|tool|function|name)>/i
const ARGUMENTS_TAG = /<(arguments|parameters|args|input|tool_input|params)>([\s\S]*?)(?:<\/\1>|$)/i
const PARAMETER = new RegExp(
  String.raw`<${PREFIX}(?:parameter|param|arg)\s*(?:=\s*|name\s*=\s*)"?([^">\s]+)"?[^>]*>([\s\S]*?)(?=<\/${PREFIX}(?:parameter|param|arg)>|<${PREFIX}(?:parameter|param|arg)\s*(?:=|name)|<\/${PREFIX}(?:function|invoke|tool_call|tool_use)>)`,
  'gi',
)
const PARAMETER_OPEN = new RegExp(
  String.raw`<${PREFIX}(?:parameter|param|arg)\s*(?:=|name\s*=)|<(?:\w+_)?arg_key>`,
  'gi',
)
const PAIR =
  /<(?:\w+_)?arg_key>([\s\S]*?)<\/(?:\w+_)?arg_key>\s*<(?:\w+_)?arg_value>([\s\S]*?)<\/(?:\w+_)?arg_value>/gi

/** A call written in tags. Undefined: the text is none. */
export function readXmlCall(body: string, tools: Tools): WrittenCall | undefined {
  const head = HEAD.exec(body)
  if (head) return withArguments(head[1] ?? '', body.slice(head.index + head[0].length), tools)
  if (PAIR.test(body)) {
    PAIR.lastIndex = 0
    const at = body.search(/<(?:\w+_)?arg_key>/i)
    return withArguments(body.slice(0, at).trim(), body.slice(at), tools)
  }
  const named = NAME_TAG.exec(body)
  if (named) {
    const rest = body.slice(0, named.index) + body.slice(named.index + named[0].length)
    return withArguments(named[1] ?? '', ARGUMENTS_TAG.exec(rest)?.[2] ?? rest, tools)
  }
  return readToolTag(body, tools)
}

/** A tag named after the tool: `<send_message><message>Hello</message></send_message>`. */
export function readToolTag(body: string, tools: Tools): WrittenCall | undefined {
  const tag = /^\s*<(\w[\w.-]*)\s*>([\s\S]*?)(?:<\/\1>\s*$|$)/.exec(body)
  const name = tag?.[1] === undefined ? undefined : nameIn(tools, tag[1])
  return tag && name !== undefined ? withArguments(name, tag[2] ?? '', tools) : undefined
}

function withArguments(written: string, rest: string, tools: Tools): WrittenCall {
  const name = nameIn(tools, written) ?? written
  const properties = propertiesOf(tools, name)
  const entries = [...rest.matchAll(PARAMETER), ...rest.matchAll(PAIR)]
  // A parameter without its end was cut off: the rest, which is no JSON, is refused as such.
  if ((rest.match(PARAMETER_OPEN) ?? []).length > entries.length) {
    return { name, arguments: rest.trim() }
  }
  const fields = entries.length > 0 ? entries : childTags(rest, properties)
  if (fields.length > 0) {
    const values = fields.map(([, key = '', text = '']) => [
      key.trim(),
      typedValue(withoutBreaks(text), properties[key.trim()]),
    ])
    return { name, arguments: JSON.stringify(Object.fromEntries(values)) }
  }
  const text = rest.replace(/<\/[^>]*>\s*$/g, '').trim()
  if (text === '' || text.startsWith('<')) return { name, arguments: '{}' }
  const start = text.indexOf('{')
  const json = start < 0 ? text : text.slice(start).replace(/(?:<\/[^>]*>\s*)+$/, '')
  const value = wholeValue(json.replace(/\n?```\s*$/, ''))
  return { name, arguments: isFields(value) ? JSON.stringify(value) : json }
}

/** Tags named after the tool's parameters. */
function childTags(
  rest: string,
  properties: Readonly<Record<string, unknown>>,
): readonly (readonly string[])[] {
  return Object.keys(properties).flatMap((key) => {
    const open = rest.indexOf(`<${key}>`)
    const start = open + key.length + 2
    const end = rest.indexOf(`</${key}>`, start)
    return open < 0 || end < 0 ? [] : [['', key, rest.slice(start, end)]]
  })
}

/** Line breaks around a value come from the template. */
function withoutBreaks(text: string): string {
  return text.replace(/^\r?\n/, '').replace(/\r?\n$/, '')
}
