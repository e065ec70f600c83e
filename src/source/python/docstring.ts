import { stringOf } from './strings.ts'
import type { PythonNode } from './tree.ts'

export interface Docstring {
  readonly description: string
  readonly params: ReadonlyMap<string, string>
  /** Types that only the docstring names. */
  readonly types: ReadonlyMap<string, string>
}

const PARAM_SECTION =
  /^(Args|Arguments|Parameters|Params|Attributes|Keyword Args|Keyword Arguments|Other Parameters):?$/
const OTHER_SECTION =
  /^(Returns?|Yields?|Raises?|Examples?|Notes?|See Also|References|Warnings?|Warns|Todo|Side Effects):?$/
const UNDERLINE = /^-{3,}$/
/** `name: text`, `name (type): text`, `*name: text`. */
const GOOGLE_PARAM = /^\*{0,2}(\w+)\s*(?:\(([^()]*(?:\([^()]*\)[^()]*)*)\))?\s*:\s*(.*)$/
const NUMPY_PARAM = /^\*{0,2}(\w+)\s*(?::\s*(.*))?$/
const REST_PARAM = /^:param\s+(?:([\w[\], .|]+)\s+)?(\w+):\s*(.*)$/
const REST_TYPE = /^:type\s+(\w+):\s*(.*)$/

type Mode = 'text' | 'google' | 'numpy' | 'rest' | 'skip'

/** Docstring of a function or class: its first statement, if that is a string. */
export function docstringOf(body: readonly PythonNode[]): Docstring {
  const start = body.find(({ name }) => name !== ':')
  // There are several statements on one line.
  const first = start?.name === 'StatementGroup' ? start.children[0] : start
  const literal = first?.name === 'ExpressionStatement' ? first.children[0] : undefined
  const parts = literal?.name === 'ContinuedString' ? literal.children : literal ? [literal] : []
  const texts = parts.map(({ name, text }) => (name === 'String' ? stringOf(text) : undefined))
  return readDocstring(texts.every((text) => text !== undefined) ? texts.join('') : '')
}

/** Google (`Args:`), NumPy (underlined headings) and reST (`:param x:`) are told apart line by line. Pure. */
export function readDocstring(raw: string): Docstring {
  const lines = cleaned(raw)
  const description: string[] = []
  const params = new Map<string, string>()
  const types = new Map<string, string>()
  let mode: Mode = 'text'
  let current: string | undefined
  let indent: number | undefined

  const begin = (name = '', text = '', type = '') => {
    current = name
    params.set(name, text)
    const bare = type.replace(/,?\s*(optional|default\b.*)$/, '').trim()
    if (bare !== '') types.set(name, bare)
  }
  const goOn = (text: string) => {
    if (current !== undefined) params.set(current, `${params.get(current) ?? ''} ${text}`.trim())
  }

  for (const [index, line] of lines.entries()) {
    const bare = line.trim()
    const depth = line.length - line.trimStart().length
    const isUnderlined = UNDERLINE.test(lines[index + 1]?.trim() ?? '')
    const rest = REST_PARAM.exec(bare)
    const restType = REST_TYPE.exec(bare)
    if (rest) {
      mode = 'rest'
      begin(rest[2], rest[3], rest[1])
    } else if (restType) {
      types.set(restType[1] ?? '', restType[2] ?? '')
      mode = 'skip'
    } else if (/^:(returns?|rtype|raises?|yields?)\b/.test(bare)) {
      mode = 'skip'
    } else if (depth === 0 && PARAM_SECTION.test(bare) && (bare.endsWith(':') || isUnderlined)) {
      mode = isUnderlined ? 'numpy' : 'google'
      indent = undefined
      current = undefined
    } else if (depth === 0 && OTHER_SECTION.test(bare) && (bare.endsWith(':') || isUnderlined)) {
      mode = 'skip'
    } else if (UNDERLINE.test(bare) && mode !== 'text') {
      // Below a heading.
    } else if (mode === 'text') {
      description.push(line)
    } else if (mode === 'google') {
      if (bare === '') continue
      if (depth === 0) {
        mode = 'text'
        description.push(line)
        continue
      }
      indent ??= depth
      const found = depth <= indent ? GOOGLE_PARAM.exec(bare) : null
      if (found) begin(found[1], found[3], found[2])
      else goOn(bare)
    } else if (mode === 'numpy') {
      const found = depth === 0 ? NUMPY_PARAM.exec(bare) : null
      if (found) begin(found[1], '', found[2])
      else if (bare !== '') goOn(bare)
    } else if (mode === 'rest') {
      if (bare === '') mode = 'skip'
      else if (depth > 0) goOn(bare)
    }
  }
  return { description: description.join('\n').trim(), params, types }
}

/** As Python's `str.expandtabs`: a tab goes to the next column that is a multiple of 8. */
function withoutTabs(line: string): string {
  return line.replace(
    /([^\t]*)\t/g,
    (_all, before: string) => before + ' '.repeat(8 - (before.length % 8)),
  )
}

/** As Python's `inspect.cleandoc` does: without the indentation that all lines but the first share. */
function cleaned(raw: string): readonly string[] {
  const [first = '', ...others] = raw.split('\n').map(withoutTabs)
  const indents = others
    .filter((line) => line.trim() !== '')
    .map((line) => line.length - line.trimStart().length)
  const margin = Math.min(...indents)
  const cut = others.map((line) => line.slice(Number.isFinite(margin) ? margin : 0).trimEnd())
  return [first.trim(), ...cut]
}
