import type { Node } from '@babel/types'

/** A value that can't be known without running the source. */
export const UNKNOWN = Symbol('unknown')

/** The JSON value of a literal expression; UNKNOWN for everything else. */
export function literalOf(node: Node | null | undefined): unknown {
  switch (node?.type) {
    case 'StringLiteral':
    case 'NumericLiteral':
    case 'BooleanLiteral':
      return node.value
    case 'NullLiteral':
      return null
    case 'TemplateLiteral':
      return node.expressions.length === 0 ? (node.quasis[0]?.value.cooked ?? UNKNOWN) : UNKNOWN
    case 'UnaryExpression':
      return negated(node.operator, literalOf(node.argument))
    case 'ArrayExpression':
      return allKnown(node.elements.map((element) => literalOf(element)))
    case 'ObjectExpression':
      return objectOf(node.properties)
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSTypeAssertion':
    case 'ParenthesizedExpression':
      return literalOf(node.expression)
    default:
      return UNKNOWN
  }
}

/** Name of a property or enum member that is not computed. */
export function keyOf(node: Node): string | undefined {
  if (node.type === 'Identifier') return node.name
  if (node.type === 'StringLiteral' || node.type === 'NumericLiteral') return String(node.value)
  return undefined
}

function negated(operator: string, value: unknown): unknown {
  return operator === '-' && typeof value === 'number' ? -value : UNKNOWN
}

function allKnown(values: readonly unknown[]): unknown {
  return values.includes(UNKNOWN) ? UNKNOWN : values
}

function objectOf(properties: readonly Node[]): unknown {
  const entries: [string, unknown][] = []
  for (const property of properties) {
    if (property.type !== 'ObjectProperty' || property.computed) return UNKNOWN
    const key = keyOf(property.key)
    const value = literalOf(property.value)
    if (key === undefined || value === UNKNOWN) return UNKNOWN
    entries.push([key, value])
  }
  return Object.fromEntries(entries)
}
