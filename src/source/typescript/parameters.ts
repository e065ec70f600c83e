import type { Node, ObjectPattern } from '@babel/types'
import type { ReservedParameter } from '../signature.ts'
import type { FoundFunction } from './functions.ts'
import { readJsDoc } from './jsdoc.ts'
import { sourceError } from './parse.ts'
import { reservedName } from './reserved.ts'

export type FoundParameter =
  | { readonly kind: 'reserved'; readonly name: ReservedParameter }
  | NamedParameter
  /** The only parameter for a model: an object that the function takes apart. */
  | { readonly kind: 'all'; readonly target: ObjectPattern }

export interface NamedParameter {
  readonly kind: 'named'
  readonly name: string
  /** With its type, without its default. */
  readonly target: Node
  /** Its default. */
  readonly fallback: Node | undefined
}

/** Name of an object that is taken apart, if its JSDoc has none. */
const UNNAMED = 'options'

/** Parameters of a function in order. Throws UserError for one without a name. */
export function parametersOf(found: FoundFunction): readonly FoundParameter[] {
  const documented = [...readJsDoc(found.doc).params.keys()].filter((name) => !name.includes('.'))
  const all = found.node.params.filter((node) => !isThis(node))
  const shown = all.filter((node) => reservedOf(targetOf(node)) === undefined)
  return all.map((node) => {
    const target = targetOf(node)
    const reserved = reservedOf(target)
    if (reserved) return { kind: 'reserved', name: reserved }
    const fallback = node.type === 'AssignmentPattern' ? node.right : undefined
    if (target.type === 'Identifier') {
      return { kind: 'named', name: target.name, target, fallback }
    }
    if (target.type !== 'ObjectPattern') {
      throw sourceError(node.loc?.start.line, 'each parameter of the function needs a name')
    }
    if (shown.length === 1) return { kind: 'all', target }
    const name = documented[shown.indexOf(node)] ?? UNNAMED
    return { kind: 'named', name, target, fallback }
  })
}

function targetOf(node: Node): Node {
  return node.type === 'AssignmentPattern' ? node.left : node
}

function reservedOf(target: Node): ReservedParameter | undefined {
  return target.type === 'Identifier' ? reservedName(target.name) : undefined
}

/** A parameter `this` is a type only. */
function isThis(node: Node): boolean {
  return node.type === 'Identifier' && node.name === 'this'
}
