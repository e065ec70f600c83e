import type {
  ArrowFunctionExpression,
  Comment,
  FunctionDeclaration,
  FunctionExpression,
  Node,
  Statement,
} from '@babel/types'
import { type ParsedTypeScript, sourceError } from './parse.ts'

export interface FoundFunction {
  readonly name: string
  readonly node: FunctionDeclaration | FunctionExpression | ArrowFunctionExpression
  readonly isExported: boolean
  /** `export default` of a function without a name. */
  readonly isAnonymous: boolean
  /** Text of the JSDoc comment before it; empty: none. */
  readonly doc: string
}

/** The name of a function that has none. */
const ANONYMOUS = 'tool'

/**
 * The function called `wanted`, else the last exported one, else the last one. Throws UserError if there is none, or if
 * the source imports what no tool has.
 */
export function findFunction({ program }: ParsedTypeScript, wanted?: string): FoundFunction {
  refuseImports(program.body)
  const all = program.body.flatMap(functionsOf)
  const names = exportedNames(program.body)
  const exported = all.filter(({ name, isExported }) => isExported || names.has(name))
  const candidates =
    wanted === undefined
      ? exported.length > 0
        ? exported
        : all
      : all.filter(({ name }) => name === wanted)
  const found = candidates.at(-1)
  if (found) return found
  throw sourceError(
    undefined,
    wanted === undefined
      ? 'The source contains no function. Write one, such as: export function add(a: number, b: number) { … }'
      : `The source contains no function ${wanted}`,
  )
}

/** Text of the last JSDoc comment before a node. */
export function jsdocText(node: Node): string {
  const comments: readonly Comment[] = node.leadingComments ?? []
  const last = comments.findLast(({ type, value }) => type === 'CommentBlock' && value[0] === '*')
  return last?.value ?? ''
}

function functionsOf(statement: Statement): readonly FoundFunction[] {
  const isExported = /^Export(Named|Default)/.test(statement.type)
  const node =
    isExported && 'declaration' in statement && statement.declaration
      ? statement.declaration
      : statement
  const doc = jsdocText(statement) || jsdocText(node)
  if (node.type === 'FunctionDeclaration') {
    const name = node.id?.name
    return [{ name: name ?? ANONYMOUS, node, isExported, isAnonymous: name === undefined, doc }]
  }
  if (node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression') {
    return [{ name: ANONYMOUS, node, isExported, isAnonymous: true, doc }]
  }
  if (node.type !== 'VariableDeclaration') return []
  return node.declarations.flatMap(({ id, init }) =>
    id.type === 'Identifier' &&
    (init?.type === 'ArrowFunctionExpression' || init?.type === 'FunctionExpression')
      ? [{ name: id.name, node: init, isExported, isAnonymous: false, doc }]
      : [],
  )
}

/** Names in `export { a, b }` and `export default a`. */
function exportedNames(body: readonly Statement[]): ReadonlySet<string> {
  return new Set(
    body.flatMap((statement) => {
      if (statement.type === 'ExportDefaultDeclaration') {
        return statement.declaration.type === 'Identifier' ? [statement.declaration.name] : []
      }
      if (statement.type !== 'ExportNamedDeclaration') return []
      return statement.specifiers.flatMap((specifier) =>
        specifier.type === 'ExportSpecifier' ? [specifier.local.name] : [],
      )
    }),
  )
}

export function refuseImports(body: readonly Statement[]): void {
  for (const statement of body) {
    const from =
      statement.type === 'ImportDeclaration' && statement.importKind !== 'type'
        ? statement.source.value
        : (statement.type === 'ExportNamedDeclaration' ||
              statement.type === 'ExportAllDeclaration') &&
            statement.exportKind !== 'type'
          ? statement.source?.value
          : undefined
    if (from === undefined) continue
    throw sourceError(
      statement.loc?.start.line,
      `"${from}" can't be imported: a tool has JavaScript itself, and no packages. Write what you need into the source, or import types with "import type"`,
    )
  }
}
