import { stringOf } from './strings.ts'
import { itemsOf, type PythonNode } from './tree.ts'

/** A value that can't be known without running the source. */
export const UNKNOWN = Symbol('unknown')

/** Value of a name, or of a member such as `Mode.FAST`; UNKNOWN if it has none. */
export type NameValue = (name: string) => unknown

/** The JSON value of an expression of literals; UNKNOWN for everything else. */
export function literalOf(node: PythonNode, named: NameValue): unknown {
  switch (node.name) {
    case 'String':
      return stringOf(node.text) ?? UNKNOWN
    case 'ContinuedString': {
      const parts = node.children.map((part) => literalOf(part, named))
      return parts.includes(UNKNOWN) ? UNKNOWN : parts.join('')
    }
    case 'Number':
      return numberOf(node.text)
    case 'Boolean':
      return node.text === 'True'
    case 'None':
      return null
    case 'UnaryExpression': {
      const value = literalOf(node.children.at(-1) ?? node, named)
      return node.text.startsWith('-') && typeof value === 'number' ? -value : UNKNOWN
    }
    case 'ArrayExpression':
    case 'TupleExpression':
    case 'SetExpression': {
      const values = itemsOf(node).map((item) => literalOf(item, named))
      return values.includes(UNKNOWN) ? UNKNOWN : values
    }
    case 'DictionaryExpression':
      return dictionaryOf(itemsOf(node), named)
    case 'ParenthesizedExpression': {
      const [inner] = itemsOf(node)
      return inner ? literalOf(inner, named) : UNKNOWN
    }
    case 'VariableName':
    case 'MemberExpression':
      return named(node.text)
    default:
      return UNKNOWN
  }
}

function numberOf(text: string): unknown {
  const value = Number(text.replaceAll('_', ''))
  return Number.isFinite(value) ? value : UNKNOWN
}

function dictionaryOf(items: readonly PythonNode[], named: NameValue): unknown {
  const entries: [string, unknown][] = []
  for (let index = 0; index + 1 < items.length; index += 2) {
    const [key, value] = [items[index], items[index + 1]].map((item) =>
      item ? literalOf(item, named) : UNKNOWN,
    )
    if (key === UNKNOWN || value === UNKNOWN) return UNKNOWN
    entries.push([String(key), value])
  }
  return Object.fromEntries(entries)
}
