import type { Node } from '@babel/types'

/** Whether a type includes undefined, so that what has it may be left out. */
export function allowsUndefined(node: Node): boolean {
  if (node.type === 'TSTypeAnnotation') return allowsUndefined(node.typeAnnotation)
  return node.type === 'TSUnionType' && node.types.some(({ type }) => type === 'TSUndefinedKeyword')
}

/** Last part of the name of a type that is referred to; empty: it has none. */
export function nameOf(node: Node): string {
  const name =
    node.type === 'TSTypeReference'
      ? node.typeName
      : node.type === 'TSExpressionWithTypeArguments'
        ? node.expression
        : undefined
  if (name?.type === 'Identifier') return name.name
  return name?.type === 'TSQualifiedName' ? name.right.name : ''
}

/** `Array<string>`: what stands between the angle brackets. */
export function argumentsOf(node: Node): readonly Node[] {
  const list = 'typeParameters' in node ? node.typeParameters : undefined
  return list?.type === 'TSTypeParameterInstantiation' ? list.params : []
}
