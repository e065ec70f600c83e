import type { Node } from '@babel/types'
import type { Program, ProgramParameter } from '../program.ts'
import { blankTypes } from './blank-types.ts'
import { type FoundFunction, findFunction, refuseImports } from './functions.ts'
import { parseTypeScript, sourceError } from './parse.ts'
import { reservedName } from './reserved.ts'

/** Under which name the module exports the function to call. */
export const ENTRY_EXPORT = '__recollect_entry'

const REVIVED: Readonly<Record<string, 'date' | 'set' | 'map'>> = {
  Date: 'date',
  Set: 'set',
  ReadonlySet: 'set',
  Map: 'map',
  ReadonlyMap: 'map',
}

/** JavaScript to run for a function, or for a script if there is no `entry`. Throws UserError as `findFunction` does. */
export function typescriptProgram(source: string, entry: string | undefined): Program {
  const parsed = parseTypeScript(source)
  if (entry === undefined) {
    refuseImports(parsed.program.body)
    return { code: blankTypes(parsed), parameters: [] }
  }
  const found = findFunction(parsed, entry)
  const local = found.isAnonymous ? 'default' : found.name
  // On a line of its own, after a comment that the last line may end with.
  const code = found.isAnonymous
    ? blankTypes(parsed)
    : `${blankTypes(parsed)}\n;export { ${local} as ${ENTRY_EXPORT} };`
  return { code, parameters: found.node.params.map((node) => parameterOf(node, found)) }
}

function parameterOf(node: Node, found: FoundFunction): ProgramParameter {
  const target = node.type === 'AssignmentPattern' ? node.left : node
  if (target.type === 'ObjectPattern' && found.node.params.length === 1) return { kind: 'all' }
  if (target.type !== 'Identifier') {
    throw sourceError(node.loc?.start.line, 'each parameter of the function needs a name')
  }
  const reserved = reservedName(target.name)
  if (reserved) return { kind: 'reserved', name: reserved }
  const revive = revivedType(target.typeAnnotation)
  return { kind: 'named', name: target.name, ...(revive && { revive }) }
}

function revivedType(annotation: Node | null | undefined): 'date' | 'set' | 'map' | undefined {
  if (annotation?.type !== 'TSTypeAnnotation') return undefined
  const type = annotation.typeAnnotation
  const references = type.type === 'TSUnionType' ? type.types : [type]
  return references
    .flatMap((one) =>
      one.type === 'TSTypeReference' && one.typeName.type === 'Identifier'
        ? [REVIVED[one.typeName.name]]
        : [],
    )
    .find((name) => name !== undefined)
}
