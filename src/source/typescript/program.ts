import type { Node } from '@babel/types'
import type { Program, ProgramParameter } from '../program.ts'
import { blankTypes } from './blank-types.ts'
import { findFunction, refuseImports } from './functions.ts'
import { type FoundParameter, parametersOf } from './parameters.ts'
import { parseTypeScript } from './parse.ts'

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
  return { code, parameters: parametersOf(found).map(inProgram) }
}

function inProgram(parameter: FoundParameter): ProgramParameter {
  if (parameter.kind === 'all') return { kind: 'all' }
  if (parameter.kind === 'reserved') return parameter
  const { name, target } = parameter
  const revive = 'typeAnnotation' in target ? revivedType(target.typeAnnotation) : undefined
  return { kind: 'named', name, ...(revive && { revive }) }
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
