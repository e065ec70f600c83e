import type { Expression, Node, Statement, TSEnumDeclaration, TSTypeElement } from '@babel/types'
import { jsdocText } from './functions.ts'
import { readJsDoc } from './jsdoc.ts'

/** A type that the source declares. */
export type Declaration = {
  readonly description: string
  readonly parameters: readonly string[]
} & (
  | {
      readonly kind: 'interface'
      readonly members: readonly TSTypeElement[]
      readonly bases: readonly Node[]
    }
  | { readonly kind: 'alias'; readonly type: Node }
  | { readonly kind: 'enum'; readonly node: TSEnumDeclaration }
)

export interface Declarations {
  readonly types: ReadonlyMap<string, Declaration>
  /** Initial values of constants, for `typeof`. */
  readonly constants: ReadonlyMap<string, Expression>
}

export function readDeclarations(body: readonly Statement[]): Declarations {
  const types = new Map<string, Declaration>()
  const constants = new Map<string, Expression>()
  for (const statement of body) {
    const node =
      statement.type === 'ExportNamedDeclaration' && statement.declaration
        ? statement.declaration
        : statement
    const { description } = readJsDoc(jsdocText(statement) || jsdocText(node))
    switch (node.type) {
      case 'TSInterfaceDeclaration': {
        const bases = node.extends ?? []
        const { body: members } = node.body
        const before = types.get(node.id.name)
        const earlier = before?.kind === 'interface' ? before : { members: [], bases: [] }
        types.set(node.id.name, {
          kind: 'interface',
          description,
          parameters: parametersOf(node),
          members: [...earlier.members, ...members],
          bases: [...earlier.bases, ...bases],
        })
        break
      }
      case 'TSTypeAliasDeclaration':
        types.set(node.id.name, {
          kind: 'alias',
          description,
          parameters: parametersOf(node),
          type: node.typeAnnotation,
        })
        break
      case 'TSEnumDeclaration':
        types.set(node.id.name, { kind: 'enum', description, parameters: [], node })
        break
      case 'VariableDeclaration':
        for (const { id, init } of node.declarations) {
          if (id.type === 'Identifier' && init) constants.set(id.name, init)
        }
    }
  }
  return { types, constants }
}

function parametersOf(node: Node): readonly string[] {
  const list = 'typeParameters' in node ? node.typeParameters : undefined
  if (list?.type !== 'TSTypeParameterDeclaration') return []
  const names: readonly { readonly name: unknown }[] = list.params
  return names.map(({ name }) => (typeof name === 'string' ? name : ''))
}
