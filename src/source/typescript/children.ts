import type { Node } from '@babel/types'

const NOT_CODE: ReadonlySet<string> = new Set([
  'loc',
  'extra',
  'errors',
  'leadingComments',
  'trailingComments',
  'innerComments',
])

/** The nodes directly below, in no particular order. */
export function childrenOf(node: Node): readonly Node[] {
  return Object.entries(node).flatMap(([key, value]) =>
    NOT_CODE.has(key) ? [] : [value].flat().filter(isNode),
  )
}

function isNode(value: unknown): value is Node {
  return (
    typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
  )
}
